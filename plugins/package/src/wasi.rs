//! Which imports are of WASI, and which of those the host answers.

/// What is answered, for messages.
pub const ANSWERED: &str = "cli, clocks, filesystem, io, random and sockets 0.2, all empty";

/// Packages that are answered, in versions 0.2.x.
const PACKAGES: &[&str] = &["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// Whether an import is of WASI, answered or not.
pub fn is_wasi(import: &str) -> bool {
    import.starts_with("wasi:")
}

/// Whether an import such as `wasi:cli/exit@0.2.4` is answered.
pub fn is_answered(import: &str) -> bool {
    let parts = import.strip_prefix("wasi:").and_then(|rest| rest.split_once('/'));
    let Some((package, (_, version))) = parts.and_then(|(package, rest)| Some((package, rest.split_once('@')?))) else {
        return false;
    };
    let patch = version.strip_prefix("0.2.");
    PACKAGES.contains(&package) && patch.is_some_and(|patch| patch.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answered_is_what_a_standard_library_brings_in_version_0_2() {
        for import in ["wasi:cli/environment@0.2.0", "wasi:io/streams@0.2.12", "wasi:sockets/tcp@0.2.4"] {
            assert!(is_answered(import), "{import}");
        }
        for import in [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "wasi:cli/environment@0.3.0",
            "wasi:cli/environment@0.2.0-rc1",
            "wasi:cli/environment@0.20.0",
            "wasi:cli/environment",
            "wasi:cli",
            "linecard:cli/environment@0.2.0",
        ] {
            assert!(!is_answered(import), "{import}");
        }
    }
}
