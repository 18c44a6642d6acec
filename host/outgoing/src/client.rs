//! Asks other servers. Each hop is checked before it is taken; errors name no address, because
//! addresses of sources hold credentials.

use crate::body::{body, within};
use crate::cookies::Cookies;
use crate::failure::{chain, failure, root};
use crate::names::{CheckedNames, Names, SystemNames};
use crate::request::Request;
use crate::source_headers::SourceHeaders;
use crate::{address, port};
use host_core::port::{FetchError, Fetched, Validators};
use ipnet::IpNet;
use reqwest::header::{
    CONTENT_RANGE, CONTENT_TYPE, COOKIE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION, RANGE,
};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use url::{Host, Url};

/// What belongs to the source that is asked: what it is always sent, and what its servers set.
type OfSource<'s> = Option<(&'s SourceHeaders, &'s Cookies)>;

/// Hops beyond the first.
const MAX_REDIRECTS: usize = 3;

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// For a connection, its name and its handshake included.
    pub connect: Duration,
    /// For the head of the answer, over all hops.
    pub head: Duration,
    /// For the next bytes of a body.
    pub idle: Duration,
}

impl Default for Times {
    /// 5 s, 10 s, 30 s.
    fn default() -> Times {
        Times { connect: Duration::from_secs(5), head: Duration::from_secs(10), idle: Duration::from_secs(30) }
    }
}

/// What may be reached, and how.
#[derive(Clone)]
pub struct OutgoingOptions {
    /// Networks that may be reached besides public ones (`[outgoing] allow`). For `localhost`
    /// list both its networks.
    pub allow: Vec<IpNet>,
    /// The `User-Agent` of requests.
    pub user_agent: String,
    /// How long to wait.
    pub times: Times,
    /// Where addresses of names come from.
    pub names: Arc<dyn Names>,
}

impl Default for OutgoingOptions {
    /// Public addresses only, by the operating system's names.
    fn default() -> OutgoingOptions {
        OutgoingOptions {
            allow: Vec::new(),
            user_agent: concat!("Linecard/", env!("CARGO_PKG_VERSION")).to_owned(),
            times: Times::default(),
            names: Arc::new(SystemNames),
        }
    }
}

/// The options cannot be worked with.
#[derive(Debug, thiserror::Error)]
#[error("outgoing connections cannot be set up: {0}")]
pub struct SetupError(String);

/// The client of the whole process; cheap to share, keeps idle connections.
pub struct Outgoing {
    client: Client,
    /// Keeps no connection: each request has one of its own.
    fresh: Client,
    allow: Arc<[IpNet]>,
    times: Times,
}

impl Outgoing {
    /// Sets the client up. On a machine without certificate authorities https fails, and a
    /// warning says so; http works.
    pub fn new(options: OutgoingOptions) -> Result<Outgoing, SetupError> {
        let OutgoingOptions { allow, user_agent, times, names } = options;
        // An error means that the process has chosen a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let user_agent = HeaderValue::from_str(&user_agent).map_err(|e| SetupError(format!("the user agent: {e}")))?;
        let allow: Arc<[IpNet]> = allow.into();
        let builder = || {
            let names = CheckedNames { names: Arc::clone(&names), allow: Arc::clone(&allow) };
            Client::builder()
                .user_agent(user_agent.clone())
                .connect_timeout(times.connect)
                .dns_resolver(Arc::new(names))
                .redirect(Policy::none())
                .referer(false)
                // A proxy of the environment would connect to addresses that nobody checked.
                .no_proxy()
        };
        let fresh = with_authorities(|| builder().pool_max_idle_per_host(0))?;
        let client = with_authorities(builder)?;
        Ok(Outgoing { client, fresh, allow, times })
    }

    /// Sends a request, follows at most 3 redirects, and returns when the head of the last hop is there.
    ///
    /// # Errors
    /// See [`FetchError`]; a body beyond the cap is [`FetchError::Broken`].
    pub async fn get(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        self.answer(request, None).await
    }

    pub(crate) async fn answer(&self, request: Request<'_>, source: OfSource<'_>) -> Result<Fetched, FetchError> {
        let followed = timeout(self.times.head, self.follow(&request, source)).await;
        let (url, response) = followed.map_err(|_| FetchError::TimedOut)??;
        let content_length = response.content_length();
        within(content_length.unwrap_or(0), request.max_bytes)?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Fetched {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE),
            content_length,
            content_range: header(CONTENT_RANGE),
            validators: Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) },
            final_url: url.into(),
            body: body(response, self.times.idle, &request),
        })
    }

    async fn follow(&self, request: &Request<'_>, source: OfSource<'_>) -> Result<(Url, Response), FetchError> {
        let mut url = Url::parse(request.url).map_err(|_| FetchError::Forbidden("it is no http or https address"))?;
        let mut headers = headers(request)?;
        for _ in 0..=MAX_REDIRECTS {
            self.check(&url)?;
            let mut hop = headers.clone();
            if let Some(range) = request.range.and_then(|range| HeaderValue::from_str(&range.to_string()).ok()) {
                hop.insert(RANGE, range);
            }
            if let Some((headers, cookies)) = source {
                headers.add(&url, &mut hop);
                if let Some(kept) = cookies.of(&url) {
                    hop.append(COOKIE, kept);
                }
            }
            let response = self.send(&url, hop).await?;
            if let Some((_, cookies)) = source {
                cookies.keep(response.headers(), &url);
            }
            tracing::debug!(host = url.host_str(), status = response.status().as_u16(), "asked another server");
            let Some(location) = location(&response) else { return Ok((url, response)) };
            let next = url.join(&location).map_err(|_| FetchError::Broken("it redirects to no address".to_owned()))?;
            if next.origin() != url.origin() {
                headers.clear();
            }
            url = next;
        }
        Err(FetchError::Broken(format!("it redirects more than {MAX_REDIRECTS} times")))
    }

    /// Sends one GET. A server may close a kept connection just when the request is on its way; nobody
    /// can tell that from an answer that never came, and a GET may be repeated (RFC 9112, 9.3.1).
    async fn send(&self, url: &Url, headers: HeaderMap) -> Result<Response, FetchError> {
        match self.client.get(url.clone()).headers(headers.clone()).send().await {
            Err(error) if was_cut_off(&error) => self.fresh.get(url.clone()).headers(headers).send().await,
            answer => answer,
        }
        .map_err(failure)
    }

    /// Checks what an address says. A name is checked by its addresses, when it is resolved.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Forbidden("it is no http or https address"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Forbidden("it has a user name or password before the host; remove them"));
        }
        port::check(url.port_or_known_default().unwrap_or(0)).map_err(FetchError::Forbidden)?;
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(FetchError::Forbidden("it has no host")),
        };
        address::check(address, &self.allow).map_err(FetchError::Forbidden)
    }
}

/// A client that trusts the machine's certificate authorities, or nobody where there are none.
fn with_authorities(builder: impl Fn() -> ClientBuilder) -> Result<Client, SetupError> {
    builder().build().or_else(|error| {
        tracing::warn!(reason = root(&error), "https sources will fail; install the system's CA certificates");
        builder().tls_certs_only([]).build().map_err(|error| SetupError(root(&error)))
    })
}

fn headers(request: &Request<'_>) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers {
        let (Ok(name), Ok(mut value)) = (HeaderName::try_from(*name), HeaderValue::from_str(value.reveal())) else {
            return Err(FetchError::Forbidden("a header of the request has characters that no header may have"));
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// Where an answer redirects to.
fn location(response: &Response) -> Option<String> {
    let moved = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| moved)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// Whether the connection ended before an answer began, and not by a limit of ours.
fn was_cut_off(error: &reqwest::Error) -> bool {
    let ended = |cause: &(dyn Error + 'static)| match cause.downcast_ref::<hyper::Error>() {
        Some(error) => error.is_incomplete_message() || error.is_canceled() || error.is_closed(),
        None => cause.downcast_ref::<io::Error>().is_some_and(|error| {
            use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
        }),
    };
    !error.is_timeout() && !error.is_connect() && chain(error).any(ended)
}
