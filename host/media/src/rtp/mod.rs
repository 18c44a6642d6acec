//! Transport stream packets out of RTP datagrams, in their order. What is lost is counted and passed over, because
//! a live stream waits for nobody.

mod window;

use bytes::Bytes;
use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError};
use rtp_types::RtpPacket;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use window::{Arrived, Window};

/// How long a missing packet is waited for, unless the window ends sooner.
const HOLD: Duration = Duration::from_millis(200);
/// What transport stream packets begin with. It never begins an RTP head, whose version is 2.
const SYNC: u8 = 0x47;

/// The payloads of RTP datagrams; `lost` counts the packets that never came in time. A datagram of bare packets is
/// taken as it is, because some senders call those RTP; anything else is passed over.
pub(crate) fn payloads(datagrams: ByteStream, lost: Arc<AtomicU64>) -> ByteStream {
    let (window, ready) = (Window::default(), VecDeque::new());
    let state = Some(Ordering { datagrams, window, ready, give_up_at: None, lost });
    Box::pin(futures_util::stream::unfold(state, |state| async {
        let mut ordering = state?;
        let next = ordering.next().await?;
        let is_over = next.is_err();
        Some((next, (!is_over).then_some(ordering)))
    }))
}

struct Ordering {
    datagrams: ByteStream,
    window: Window,
    ready: VecDeque<Bytes>,
    /// When to stop waiting for what is missing now.
    give_up_at: Option<Instant>,
    lost: Arc<AtomicU64>,
}

impl Ordering {
    async fn next(&mut self) -> Option<Result<Bytes, FetchError>> {
        loop {
            if let Some(payload) = self.ready.pop_front() {
                return Some(Ok(payload));
            }
            let next = match self.give_up_at {
                None => self.datagrams.next().await,
                Some(at) => match timeout_at(at, self.datagrams.next()).await {
                    Ok(next) => next,
                    Err(_) => {
                        self.window.give_up(&mut self.ready);
                        self.look();
                        continue;
                    }
                },
            };
            match next? {
                Ok(datagram) => self.take(datagram),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn take(&mut self, datagram: Bytes) {
        if datagram.first() == Some(&SYNC) {
            return self.ready.push_back(datagram);
        }
        let Ok(packet) = RtpPacket::parse(&datagram) else { return };
        let arrived = Arrived {
            sender: packet.ssrc(),
            number: packet.sequence_number(),
            payload: datagram.slice_ref(packet.payload()),
        };
        if self.window.take(arrived, &mut self.ready) {
            // What was missing is here or given up; what is missing now has its own time.
            self.give_up_at = None;
        }
        self.look();
    }

    fn look(&mut self) {
        self.lost.fetch_add(self.window.take_lost(), Relaxed);
        self.give_up_at = match self.window.is_waiting() {
            true => Some(self.give_up_at.filter(|at| *at > Instant::now()).unwrap_or_else(|| Instant::now() + HOLD)),
            false => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use rtp_types::RtpPacketBuilder;

    /// A datagram with everything that a head can have.
    fn datagram(number: u16, payload: &[u8]) -> Bytes {
        let builder = RtpPacketBuilder::new().payload_type(33).ssrc(7).sequence_number(number);
        let builder = builder.add_csrc(1).add_csrc(2).extension(0xbede, [1, 2, 3, 4].as_slice()).padding(8);
        builder.payload(payload).write_vec().unwrap().into()
    }

    async fn read(datagrams: Vec<Bytes>) -> (Vec<Bytes>, u64) {
        let lost = Arc::new(AtomicU64::new(0));
        let open = stream::iter(datagrams).map(Ok).chain(stream::pending());
        let mut payloads = payloads(Box::pin(open), lost.clone());
        let mut read = Vec::new();
        // The clock of this runtime stands still and jumps to the next time that somebody waits for.
        while let Ok(Some(payload)) = tokio::time::timeout(HOLD * 3, payloads.next()).await {
            read.push(payload.unwrap());
        }
        (read, lost.load(Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn a_payload_is_what_lies_between_head_and_padding() {
        let bytes = b"\x47\x40\x00\x10".repeat(47);
        assert_eq!(read(vec![datagram(1, &bytes)]).await, (vec![bytes.into()], 0));
    }

    #[tokio::test(start_paused = true)]
    async fn bare_packets_are_taken_and_what_is_neither_is_passed_over() {
        let bare = Bytes::from_static(b"\x47\x40\x00\x10");
        let short = datagram(1, b"x").slice(..9);
        let claims_more_padding = Bytes::from_static(b"\xa0\x21\x00\x01\0\0\0\0\0\0\0\x07xx\xff");
        let datagrams = vec![Bytes::new(), short, claims_more_padding, Bytes::from_static(b"\x80"), bare.clone()];
        assert_eq!(read(datagrams).await, (vec![bare], 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_packet_that_never_comes_is_waited_for_a_moment_and_counted() {
        let datagrams = [1, 2, 4, 5].map(|number| datagram(number, &[number as u8])).to_vec();
        let (read, lost) = read(datagrams).await;
        assert_eq!((read.concat(), lost), (vec![1, 2, 4, 5], 1));
    }
}
