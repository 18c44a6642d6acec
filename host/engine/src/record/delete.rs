//! Deletes a record that nothing uses.

use super::{access_code, consequence, guide, provider, reference};
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use host_core::plan::SetKind;
use host_core::refusal::Code;
use host_core::transcode::TRANSCODE_PROFILE;
use host_core::{BouquetId, DocumentId, Refusal};

/// Deletes a record. A bouquet leaves all lines and packages that hold it, a guide source the streams that prefer it, a
/// transcode profile all streams.
///
/// # Errors
/// `not_found`, `not_permitted` below an admin and for a group that is not deletable, `in_use`.
pub async fn delete(work: &mut Work, kind: &str, id: u32) -> Result<()> {
    work.require(CallerRole::Admin)?;
    let kind = super::kind(work, kind)?;
    if kind.stored_as() == Kind::Settings {
        return Err(Refusal::new(Code::NotPermitted, "Settings are never deleted; edit them.").into());
    }
    let object = super::read(work, kind, id).await?;
    if let Object::Group(group) = &object
        && !group.deletable
    {
        return Err(Refusal::new(Code::NotPermitted, "This group is not deletable; make it so first.").into());
    }
    access_code::stays_open(work, &object, None)?;
    if !kind.is_of_process() {
        reference::check_unused(work, &object).await?;
        reference::let_go(work, kind.whole(), id).await?;
    }
    if let Object::Bouquet(bouquet) = &object {
        work.set(SetKind::ForgetBouquet(BouquetId(bouquet.id.0)), None);
    }
    if let Object::GuideSource(source) = &object {
        work.set(SetKind::ForgetGuideSource(source.id), None);
        guide::delete(work, source).await?;
    }
    provider::delete(work, &object).await?;
    if kind.word() == TRANSCODE_PROFILE.word {
        work.set(SetKind::ForgetProfile(DocumentId(id)), None);
    }
    consequence::effects(work, kind, Some(&object), None);
    work.put(Some(object), None);
    Ok(())
}
