//! Turns names into addresses, all of which are checked before one of them is used.

use crate::address;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

/// Where addresses of names come from. Whatever it answers is checked.
pub trait Names: Send + Sync + 'static {
    /// Every address of a name.
    fn addresses<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;
}

/// The operating system's names.
#[derive(Debug, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// A rule forbids an address. It travels through the client's errors and is found in them again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) &'static str);

/// Gives the client only addresses that may be reached. One that may not refuses the name as a
/// whole: a name that answers with both is trying to get around the rule.
pub(crate) struct CheckedNames {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) allow: Arc<[IpNet]>,
}

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allow) = (Arc::clone(&self.names), Arc::clone(&self.allow));
        Box::pin(async move {
            let addresses = names.addresses(name.as_str()).await?;
            if addresses.is_empty() {
                return Err(io::Error::other("its name has no address").into());
            }
            for address in &addresses {
                address::check(*address, &allow).map_err(Refused)?;
            }
            // Port 0 stands for the port of the request.
            Ok(Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
