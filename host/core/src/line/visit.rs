//! Who may come, from where, with what: a line's own lists, as a pure rule.

use super::{Line, LineStatus, Output};
use crate::time::Unix;
use std::net::IpAddr;

/// What [`Line::admits`] looks at: who comes, from where, with what.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The client's address, IPv4-mapped forms already unmapped.
    pub address: IpAddr,
    /// The `User-Agent`, empty when none was sent.
    pub agent: &'a str,
    /// The network operator, when a database is installed and knows it.
    pub isp: Option<&'a str>,
    /// The ISO 3166 country, likewise.
    pub country: Option<&'a str>,
    /// The form asked for; none for documents.
    pub output: Option<Output>,
}

/// Why a visit is turned away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Barred {
    /// The status is not active.
    Status(LineStatus),
    /// Not from this address.
    Address,
    /// Not from this country.
    Country,
    /// Not with this player.
    Agent,
    /// Not over this network operator.
    Isp,
    /// Not in this form.
    Output,
}

impl Line {
    /// Whether this visit may go on to the bouquet and seat checks. The status is looked at
    /// first, then the lists in the order of the checklist.
    pub fn admits(&self, visit: Visit<'_>, now: Unix) -> Result<(), Barred> {
        match self.status(now) {
            LineStatus::Active => {}
            status => return Err(Barred::Status(status)),
        }
        self.admits_address(visit.address)?;
        if let Some(country) = &self.country
            && visit.country.is_none_or(|seen| !seen.eq_ignore_ascii_case(country))
        {
            return Err(Barred::Country);
        }
        self.admits_agent(visit.agent)?;
        if self.isp_lock
            && let Some(isp) = &self.isp
            && visit.isp.is_none_or(|seen| seen != isp)
        {
            return Err(Barred::Isp);
        }
        match visit.output {
            Some(output) if !self.allows_output(output) => Err(Barred::Output),
            _ => Ok(()),
        }
    }

    fn admits_address(&self, address: IpAddr) -> Result<(), Barred> {
        let allowed =
            self.allowed_addresses.is_empty() || self.allowed_addresses.iter().any(|net| net.contains(&address));
        if allowed { Ok(()) } else { Err(Barred::Address) }
    }

    fn admits_agent(&self, agent: &str) -> Result<(), Barred> {
        let agent = agent.to_lowercase();
        let allowed = self.allowed_agents.is_empty()
            || self.allowed_agents.iter().any(|known| agent.contains(&known.to_lowercase()));
        if allowed { Ok(()) } else { Err(Barred::Agent) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::line;
    use super::*;

    fn visit(address: &str) -> Visit<'_> {
        Visit {
            address: address.parse().unwrap(),
            agent: "VLC/3.0",
            isp: Some("Telstra"),
            country: Some("AU"),
            output: Some(Output::Ts),
        }
    }

    #[test]
    fn each_list_bars_what_is_not_on_it() {
        let now = Unix(0);
        let base = line();
        assert_eq!(base.admits(visit("10.0.0.1"), now), Ok(()));
        let barred = |change: fn(&mut Line)| {
            let mut line = base.clone();
            change(&mut line);
            line.admits(visit("10.0.0.1"), now)
        };
        assert_eq!(barred(|l| l.allowed_addresses = vec!["10.0.1.0/24".parse().unwrap()]), Err(Barred::Address));
        assert_eq!(barred(|l| l.allowed_addresses = vec!["10.0.0.0/24".parse().unwrap()]), Ok(()));
        assert_eq!(barred(|l| l.country = Some("AT".into())), Err(Barred::Country));
        assert_eq!(barred(|l| l.country = Some("au".into())), Ok(()));
        assert_eq!(barred(|l| l.allowed_agents = vec!["kodi".into()]), Err(Barred::Agent));
        assert_eq!(barred(|l| l.allowed_agents = vec!["vlc".into()]), Ok(()));
        assert_eq!(barred(|l| (l.isp_lock, l.isp) = (true, Some("A1".into()))), Err(Barred::Isp));
        assert_eq!(barred(|l| (l.isp_lock, l.isp) = (true, None)), Ok(()));
        assert_eq!(barred(|l| l.allowed_outputs = vec![Output::M3u8]), Err(Barred::Output));
        assert_eq!(barred(|l| l.enabled = false), Err(Barred::Status(LineStatus::Disabled)));
    }

    #[test]
    fn a_locked_line_is_barred_where_the_operator_is_unknown() {
        let mut line = line();
        line.isp_lock = true;
        line.isp = Some("Telstra".into());
        let unknown = Visit { isp: None, ..visit("10.0.0.1") };
        assert_eq!(line.admits(unknown, Unix(0)), Err(Barred::Isp));
    }
}
