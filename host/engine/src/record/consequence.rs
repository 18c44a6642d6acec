//! What the change of a record leads to: marks of edits by hand, and effects after commit.

use crate::{Work, document};
use host_core::event::Effect;
use host_core::object::Object;
use host_core::plain::{Part, PlainKind};
use host_core::record::RecordKind;

/// Fields that an import sets, and that are its business again only when nobody edited them.
const IMPORTED: [&str; 8] =
    ["name", "kind", "categories", "icon", "sources", "guide_channel", "archive_days", "container"];

/// Marks the imported fields that are edited by hand, so that the next import leaves them alone.
pub(super) fn mark_edited(before: &Object, after: &mut Object) {
    let (Object::Stream(_), new) = (before, document::fields(after)) else { return };
    let old = document::fields(before);
    let Object::Stream(stream) = after else { return };
    let Some(origin) = &mut stream.origin else { return };
    for name in IMPORTED {
        if old.get(name) != new.get(name) && !origin.edited.iter().any(|known| known == name) {
            origin.edited.push(name.to_owned());
        }
    }
}

/// Asks for what has to happen when a record changed, appeared or went.
pub(super) fn effects(work: &mut Work, kind: RecordKind, before: Option<&Object>, after: Option<&Object>) {
    if let RecordKind::Plain(PlainKind { effect: Some(effect), .. })
    | RecordKind::Part(Part { of: PlainKind { effect: Some(effect), .. }, .. }) = kind
        && before != after
    {
        work.effect(effect.clone());
    }
    match (before, after) {
        (Some(Object::Stream(old)), Some(Object::Stream(new))) => {
            let moved = old.sources != new.sources
                || old.delivery != new.delivery
                || old.enabled != new.enabled
                || (&old.playlist, old.shuffle, old.profile) != (&new.playlist, new.shuffle, new.profile);
            if old.kind.is_live() && moved || old.wanted != new.wanted {
                work.effect(Effect::RestartStream { stream: old.id });
            }
        }
        (Some(Object::Stream(old)), None) => work.effect(Effect::RestartStream { stream: old.id }),
        (Some(Object::Bouquet(_)), None) => work.effect(Effect::CheckConnections),
        _ => {}
    }
}
