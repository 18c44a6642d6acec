//! By what another panel is known that plays a line to send it on.

/// User agents with which panels open their sources, as they begin.
const AGENTS: [&str; 2] = ["Xtream-Codes IPTV Panel", "Linecard/"];

/// The sign by which a player is known to be another panel: a header `X-NAME-Detect`, which panels of one family send so
/// that they know each other, or the user agent with which a panel opens sources. Players that are built on the same
/// libraries send neither.
pub fn panel_sign<'h>(agent: &str, mut headers: impl Iterator<Item = &'h str>) -> Option<String> {
    let announces = |name: &&str| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix("x-").and_then(|name| name.strip_suffix("-detect")).is_some_and(|panel| !panel.is_empty())
    };
    let header = headers.find(announces).map(|name| name.chars().take(64).collect::<String>().to_ascii_lowercase());
    header.or_else(|| AGENTS.iter().find(|known| agent.starts_with(**known)).map(|_| "user-agent".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_known_by_what_it_sends_and_a_player_is_none() {
        for (agent, header, sign) in [
            ("VLC/3.0.20", "X-XC_VM-Detect", Some("x-xc_vm-detect")),
            ("Xtream-Codes IPTV Panel Pro", "accept", Some("user-agent")),
            ("Linecard/0.1.0", "accept", Some("user-agent")),
            ("Lavf/60.16.100", "x-detect", None),
            ("VLC/3.0.20", "x--detect", None),
            ("", "detect", None),
        ] {
            assert_eq!(panel_sign(agent, [header].into_iter()).as_deref(), sign, "{agent} {header}");
        }
    }
}
