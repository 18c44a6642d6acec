//! Set changes: one statement over many rows, with the number that it must touch.

use super::batch::{Failure, PlanWriter};
use host_core::object::Key;
use host_core::plan::{Guard, SetChange, SetKind};
use host_core::{UserId, Version};

/// Performs one. Returns how many rows it touched.
pub(super) fn apply(writer: &PlanWriter<'_>, change: &SetChange) -> Result<u32, Failure> {
    let touched = match &change.what {
        SetKind::MoveLines(from, to) => {
            // Who sees them is written for all of them together.
            writer.run("INSERT INTO line_moves (giver, taker) VALUES (?1, ?2)", (from.0, to.0))?;
            let moved =
                writer.run("UPDATE lines SET owner = ?2, version = version + 1 WHERE owner = ?1", (from.0, to.0))?;
            writer.run("DELETE FROM line_moves", ())?;
            moved
        }
        SetKind::MoveUsers(from, to) => writer.run(
            "UPDATE users SET parent = ?2, version = version + 1 WHERE parent = ?1",
            (from.0, to.map(|id| id.0)),
        )?,
        SetKind::RevokeKeys(user) => writer
            .run("UPDATE api_keys SET revoked = 1, version = version + 1 WHERE user = ?1 AND revoked = 0", (user.0,))?,
        SetKind::MarkMissing(source, since) => writer.run(
            "UPDATE streams SET origin_missing = 1, version = version + 1 \
             WHERE origin_source = ?1 AND origin_seen_at < ?2 AND origin_missing = 0",
            (source, since.0),
        )?,
        SetKind::PruneMissing(source) => {
            writer.run("DELETE FROM streams WHERE origin_source = ?1 AND origin_missing = 1", (source,))?
        }
        SetKind::ForgetBouquet(bouquet) => {
            // Twice: of two neighbours that are the same one pass leaves one.
            let cut = format!(",{bouquet},");
            let lines = writer.run(
                "UPDATE lines SET bouquets = replace(replace(bouquets, ?1, ','), ?1, ','), version = version + 1 \
                 WHERE id IN (SELECT line FROM line_bouquets WHERE bouquet = ?2)",
                (&cut, bouquet.0),
            )?;
            let packages = writer.run(
                "UPDATE packages SET bouquets = replace(replace(bouquets, ?1, ','), ?1, ','), version = version + 1 \
                 WHERE id IN (SELECT package FROM package_bouquets WHERE bouquet = ?2)",
                (&cut, bouquet.0),
            )?;
            lines + packages
        }
        SetKind::ForgetGuideSource(source) => writer.run(
            "UPDATE streams SET guide_source = NULL, version = version + 1 WHERE guide_source = ?1",
            (source.0,),
        )?,
        SetKind::ForgetProfile(profile) => {
            writer.run("UPDATE streams SET profile = NULL, version = version + 1 WHERE profile = ?1", (profile.0,))?
        }
    };
    let touched = u32::try_from(touched).unwrap_or(u32::MAX);
    match change.expected {
        Some(expected) if expected != touched => Err(Failure::Conflict(named(&change.what))),
        _ => Ok(touched),
    }
}

/// The guard that a conflict over a set change names: the one row that the set hangs on.
fn named(what: &SetKind) -> Guard {
    let key = match what {
        SetKind::MoveLines(user, _) | SetKind::MoveUsers(user, _) | SetKind::RevokeKeys(user) => Key::User(*user),
        SetKind::ForgetBouquet(bouquet) => Key::Bouquet(*bouquet),
        SetKind::ForgetGuideSource(source) => Key::GuideSource(*source),
        SetKind::ForgetProfile(profile) => Key::Document(*profile),
        SetKind::MarkMissing(..) | SetKind::PruneMissing(_) => Key::User(UserId(0)),
    };
    Guard::Unchanged(key, Version(0))
}
