//! The paths of documents and of the page that shows them.

/// The owner of these paths in a table of routes; no surface has this name.
pub(crate) const DOCS: &str = host_core::action::DOCS;

/// What a path of the documents leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Docs {
    /// The viewer's page.
    Page,
    /// A file that the page needs.
    File,
    /// A document.
    Document,
}

/// Their paths. Below an access code are those of who knows it.
pub(crate) const ROUTES: &[(&str, Docs)] = &[
    ("/openapi/{document}", Docs::Document),
    ("/docs", Docs::Page),
    ("/docs/{file}", Docs::File),
    ("/docs/openapi/{document}", Docs::Document),
    ("/{code}/docs", Docs::Page),
    ("/{code}/docs/openapi/{document}", Docs::Document),
];
