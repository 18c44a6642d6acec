//! Lists of providers: what their player API says of the account, and then each of their lists with its categories, one
//! answer after the other.

use crate::feed::{AHEAD, BATCH, Bytes, Feed, Piece, open_address, received};
use host_core::import::ImportError;
use host_core::port::{ProviderFeed, ProviderItems};
use host_core::provider::{ACTIONS, Account, ProviderItem};
use host_import::{Limits, Text, provider};
use host_outgoing::Outgoing;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};

/// Most bytes of one answer, unpacked.
const MOST: u64 = 256 << 20;

type Item = Result<ProviderItem, ImportError>;

impl ProviderFeed for Feed {
    fn listed(&self, account: &Account) -> ProviderItems {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (outgoing, account, handle) = (self.outgoing.clone(), account.clone(), Handle::current());
        tokio::task::spawn_blocking(move || {
            let mut reader = Reader { outgoing, account, handle, sender, batch: Vec::new() };
            if let Err(error) = reader.all() {
                reader.batch.push(Err(error));
            }
            // Where nobody takes it any more, nobody waits for the end either.
            let _ = reader.flush().and_then(|()| reader.sender.blocking_send(Piece::End).map_err(|_| gone()));
        });
        Box::pin(received(receiver, Err))
    }
}

/// What reads one provider.
struct Reader {
    outgoing: Arc<Outgoing>,
    account: Account,
    handle: Handle,
    sender: Sender<Piece<Item>>,
    batch: Vec<Item>,
}

fn gone() -> ImportError {
    ImportError::Io("it is fetched no more".to_owned())
}

impl Reader {
    fn all(&mut self) -> Result<(), ImportError> {
        let facts = provider::facts(self.asked("")?)?;
        self.batch.push(Ok(ProviderItem::Account(facts)));
        for (kind, of_categories, of_list, id) in ACTIONS {
            let categories = provider::categories(self.asked(of_categories)?)?;
            let list = self.asked(of_list)?;
            provider::listed(list, (kind, id), &categories, |row| {
                self.batch.push(Ok(ProviderItem::Listed(row)));
                if self.batch.len() < BATCH { Ok(()) } else { self.flush() }
            })?;
        }
        Ok(())
    }

    fn asked(&self, action: &str) -> Result<Text, ImportError> {
        let source = self.account.asked(action);
        let body = self.handle.block_on(open_address(self.outgoing.clone(), &source))?;
        let limits = Limits { bytes: MOST, ..Limits::default() };
        Text::from_reader(Bytes::new(body, self.handle.clone(), self.sender.clone()), limits)
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        self.sender.blocking_send(Piece::Items(std::mem::take(&mut self.batch))).map_err(|_| gone())
    }
}
