//! Documents of surfaces, for people and for generators of clients: OpenAPI at `/openapi/{surface}.json`, and a viewer at
//! `/docs`. Who sees which is decided in `shown`; why, in `host/decisions/0026-an-action-has-a-path-of-its-own.md`.

mod files;
mod page;
mod rendered;
mod routes;
mod shown;

pub(crate) use rendered::Documents;
pub(crate) use routes::{DOCS, Docs, ROUTES};

use crate::conditional::has_tag;
use crate::opening::Opening;
use crate::{answer, page_guard};
use axum::body::Body;
use axum::response::Response;
use host_core::action::Surface;
use host_runtime::Told;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};
use rendered::Rendered;
use shown::shown;

/// The answer to a GET of one of these paths.
pub(crate) async fn respond(opening: &Opening<'_>, docs: Docs, captures: &[(&str, &str)]) -> Response {
    let captured = |wanted: &str| captures.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    if docs == Docs::File {
        return files::file(captured("file").unwrap_or_default(), opening.parts);
    }
    let told = match shown(opening, captured("code")).await {
        Ok(told) => told,
        Err(error) => return answer::broken(&opening.visitor.id, &error),
    };
    let response = match docs {
        Docs::Document => document(opening, &told, captured("document").unwrap_or_default()).await,
        Docs::Page | Docs::File => page(opening, &told),
    };
    response.unwrap_or_else(answer::not_found)
}

async fn document(opening: &Opening<'_>, told: &[(&Surface, Told)], file: &str) -> Option<Response> {
    let wanted = file.strip_suffix(".json")?;
    let (surface, told) = told.iter().find(|(surface, _)| surface.name == wanted)?;
    let document = opening.http.documents.of(opening.snapshot, &surface.name, *told).await?;
    Some(sent(&document, opening))
}

fn page(opening: &Opening<'_>, told: &[(&Surface, Told)]) -> Option<Response> {
    let query = opening.parts.uri.query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "surface").map(|(_, name)| name);
    let names: Vec<_> = told.iter().map(|(surface, _)| surface.name.as_str()).collect();
    let text = page::of(&names, asked.as_deref())?;
    Some(page_guard::page(text, page::POLICY, opening.visitor.origin.scheme == "https"))
}

fn sent(document: &Rendered, opening: &Opening<'_>) -> Response {
    let mut response = Response::new(Body::empty());
    if has_tag(&opening.parts.headers, &document.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, document.bytes.len().into());
        *response.body_mut() = Body::from(document.bytes.clone());
    }
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&document.tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
