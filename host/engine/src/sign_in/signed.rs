//! Starts by signed addresses: an operator's own website or app says by an HMAC key that a line may begin a stream
//! now. It is let in as the line itself would be by its password; what the line may do is looked at as ever.

use super::SignInFrom;
use super::lockout::Verdict;
use super::note::Who;
use crate::record::sealed;
use crate::{Engine, Result};
use hmac::{Hmac, Mac as _};
use host_core::caller::{Caller, Identity};
use host_core::document::Document;
use host_core::hmac_key::{HMAC_KEY, window};
use host_core::lease::SessionKey;
use host_core::line::Line;
use host_core::plan::Database;
use host_core::secret::Secret;
use host_core::time::Unix;
use host_core::{DocumentId, LineId, StreamId, TenantId};
use ipnet::IpNet;
use sha2::Sha256;
use std::net::IpAddr;
use std::sync::Arc;

/// What a signed address says, as it stands there.
#[derive(Clone, Debug)]
pub struct SignedAddress<'a> {
    /// The line's id.
    pub line: &'a str,
    /// The id of the key.
    pub key: &'a str,
    /// The stream's number.
    pub stream: &'a str,
    /// The extension; empty where there is none.
    pub extension: &'a str,
    /// Until when it may be begun, in unix seconds.
    pub until: &'a str,
    /// The address or network that it is for; empty is for all.
    pub address: &'a str,
    /// The signature, in hexadecimal.
    pub signature: &'a Secret,
}

impl SignedAddress<'_> {
    /// The text that is signed.
    fn text(&self) -> String {
        format!("{}:{}:{}:{}:{}", self.line, self.stream, self.extension, self.until, self.address)
    }

    /// Whether it was signed with this secret, in constant time; as much work where there is none.
    fn is_signed(&self, secret: Option<&Secret>) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.map(Secret::reveal).unwrap_or_default().as_bytes())
        else {
            return false;
        };
        mac.update(self.text().as_bytes());
        let shown = hex::decode(self.signature.reveal()).unwrap_or_default();
        mac.verify_slice(&shown).is_ok() && secret.is_some()
    }

    /// Whether it is for someone at this address.
    fn is_for(&self, address: IpAddr) -> bool {
        if self.address.is_empty() {
            return true;
        }
        let network =
            self.address.parse::<IpNet>().ok().or_else(|| self.address.parse::<IpAddr>().ok().map(IpNet::from));
        network.is_some_and(|network| network.contains(&address))
    }

    fn line(&self) -> LineId {
        LineId(self.line.parse().unwrap_or(0))
    }

    fn session(&self, key: SessionKey) -> Option<(StreamId, SessionKey)> {
        Some((StreamId(self.stream.parse().ok()?), key))
    }
}

/// A line that was let in by a signed address. Its status may be anything.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The caller it is.
    pub caller: Caller,
    /// The line.
    pub line: Arc<Line>,
}

/// When something may be begun by an address.
enum Time {
    Now,
    Over,
    TooFarAhead,
}

impl Engine {
    /// Signs a line in by a signed address. After its end it is good for `going_on` alone, a session that holds a
    /// seat, as a player needs that reads a movie in pieces.
    ///
    /// # Errors
    /// As for a line that signs in by its password.
    pub async fn sign_in_signed(
        self: &Arc<Self>,
        tenant: TenantId,
        signed: &SignedAddress<'_>,
        going_on: Option<SessionKey>,
        from: &SignInFrom,
    ) -> Result<SignedIn> {
        let line = self.line_row(tenant, signed.line()).await?;
        let key: Option<Document> =
            self.row(Database::Tenant(tenant), DocumentId(signed.key.parse().unwrap_or(0))).await?;
        let secret = key.as_ref().and_then(|key| sealed::open(self, tenant, key, &HMAC_KEY, "secret"));
        let is_signed = signed.is_signed(secret.as_ref()) && signed.is_for(from.address);
        let time = time(signed, key.as_ref(), self.clock().now());
        let right = match (is_signed, time, &line) {
            (true, Time::Now, Some(_)) => true,
            (true, Time::Over, Some(line)) => {
                self.holds(tenant, line, going_on.and_then(|it| signed.session(it))).await?
            }
            _ => false,
        };
        let known = line.as_ref().map(|line| line.id);
        let suspect = self.sign_ins.lockout.suspect("signed", tenant, signed.line, from.address);
        let now = self.clock().monotonic();
        match (line, self.sign_ins.lockout.judge(suspect, right, known, now)) {
            (Some(line), Verdict::Passed) => {
                self.note_sign_in(tenant, Who::line(&line), from);
                let caller = from.caller(tenant, Identity::Line { id: line.id }, None);
                Ok(SignedIn { caller, line: Arc::new(line) })
            }
            (line, verdict) => {
                let who = line.as_ref().map(Who::line).unwrap_or_default();
                Err(self.refuse_sign_in(tenant, verdict, who, from).into())
            }
        }
    }
}

/// When the address may be begun; a key that is off signs for no time.
fn time(signed: &SignedAddress<'_>, key: Option<&Document>, now: Unix) -> Time {
    let (Some(window), Ok(until)) = (key.and_then(|key| window(&key.fields)), signed.until.parse::<i64>()) else {
        return Time::TooFarAhead;
    };
    if until > now.plus(i64::from(window)).0 {
        Time::TooFarAhead
    } else if until < now.0 {
        Time::Over
    } else {
        Time::Now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address<'a>(text: &'a str, signature: &'a Secret) -> SignedAddress<'a> {
        let (line, key, stream, extension, until) = ("7", "1", "101", "ts", "1790000000");
        SignedAddress { line, key, stream, extension, until, address: text, signature }
    }

    #[test]
    fn a_signature_is_of_all_that_the_address_says() {
        // As `printf 7:101:ts:1790000000: | openssl dgst -sha256 -hmac secret` prints it.
        let right = Secret::new("7f2e313deff376d8198c848ba737cbe456ef23c83d40d1a27ca8739b946323b3");
        let (secret, other) = (Secret::new("secret"), Secret::new("Secret"));
        assert!(address("", &right).is_signed(Some(&secret)));
        assert!(!address("10.0.0.1", &right).is_signed(Some(&secret)));
        assert!(!address("", &right).is_signed(Some(&other)) && !address("", &right).is_signed(None));
        assert!(!SignedAddress { line: "8", ..address("", &right) }.is_signed(Some(&secret)));
        for wrong in ["", "00", "xyz"] {
            assert!(!address("", &Secret::new(wrong)).is_signed(Some(&secret)), "{wrong}");
        }
        assert!(!format!("{:?}", address("", &right)).contains(right.reveal()));
    }

    #[test]
    fn an_address_may_be_for_one_network_alone() {
        let none = Secret::default();
        let is_for = |text: &str| address(text, &none).is_for([10, 0, 0, 1].into());
        assert!(is_for("") && is_for("10.0.0.1") && is_for("10.0.0.0/8"));
        assert!(!is_for("10.0.0.2") && !is_for("10.1.0.0/16") && !is_for("everywhere"));
    }
}
