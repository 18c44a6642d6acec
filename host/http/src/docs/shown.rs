//! Who is shown which documents. Strangers see what everybody can know, or what the tenant shows to all; who has an access
//! code sees what it opens, and what needs none.

use crate::opening::Opening;
use host_core::action::Surface;
use host_core::settings::Docs;
use host_runtime::Told;

/// The surfaces whose documents this visitor sees, and what is told of each. A surface that the listener does not answer,
/// and a panel's over a connection that can be overheard, is none of them.
pub(super) async fn shown<'g>(
    opening: &Opening<'g>,
    code: Option<&str>,
) -> host_engine::Result<Vec<(&'g Surface, Told)>> {
    let docs = opening.http.engine.settings(opening.tenant.id).await?.docs;
    let opened = match code {
        None => None,
        Some(code) => match opening.access_code(code).await? {
            Some(code) => Some(code.surface),
            None => return Ok(Vec::new()),
        },
    };
    let told = match (docs, &opened) {
        (Docs::Off, _) | (Docs::Code, None) => return Ok(Vec::new()),
        (Docs::Shipped, None) => Told::Shipped,
        (Docs::All, None) | (Docs::Code | Docs::Shipped | Docs::All, Some(_)) => Told::All,
    };
    let is_opened = |surface: &Surface| {
        let needs_code = surface.mounts.iter().any(|mount| mount.path.contains("{code}"));
        opened.as_ref().is_none_or(|opened| !needs_code || *opened == surface.name)
    };
    let surfaces =
        opening.snapshot.documented(told).filter(|surface| opening.is_answered(surface) && is_opened(surface));
    Ok(surfaces.filter(|surface| !opening.is_overheard(surface)).map(|surface| (surface, told)).collect())
}
