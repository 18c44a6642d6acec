//! Room on disks.

use host_core::port::Space;
use std::path::Path;

/// Of the file system that has this folder.
pub(super) fn space(name: &'static str, folder: &Path) -> Option<Space> {
    let found = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Some(Space { name, total: bytes(found.f_blocks), free: bytes(found.f_bavail) })
}

/// How much of it is used, in percent.
pub(super) fn used(space: &Space) -> f32 {
    let used = space.total.saturating_sub(space.free);
    if space.total == 0 { 0.0 } else { (used as f64 * 100.0 / space.total as f64) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_one_that_is_not_there_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let found = space("data", folder.path()).unwrap();
        assert!(found.total >= found.free && found.total > 0);
        assert!((0.0..=100.0).contains(&used(&found)));
        assert_eq!(space("data", &folder.path().join("none")), None);
        assert_eq!(used(&Space { name: "data", total: 0, free: 0 }), 0.0);
    }
}
