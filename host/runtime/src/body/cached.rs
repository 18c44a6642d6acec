//! A body that is cached: its content in the form that is sent, and what belongs to it.

use crate::body::encode::Encoded;
use crate::body::file::Filed;
use crate::body::shapes::Shapes;
use crate::body::splice::Template;
use crate::body::window::Entries;

/// A body that is cached.
pub(crate) struct CachedBody {
    pub(crate) content_type: String,
    /// Names in lower case; values may have holes.
    pub(crate) headers: Vec<(String, Template)>,
    /// Digest of the content without what is spliced in.
    pub(crate) digest: [u8; 32],
    pub(crate) body: Body,
    /// Where its entries stand, when parts of it are asked for.
    pub(crate) entries: Option<Entries>,
}

/// Its content.
pub(crate) enum Body {
    Whole(Encoded),
    /// With the forms of it that are packed.
    Template(Template, Shapes),
    Filed(Filed),
}

impl CachedBody {
    pub(crate) fn whole(&self) -> Option<&Encoded> {
        match &self.body {
            Body::Whole(encoded) => Some(encoded),
            Body::Template(..) | Body::Filed(_) => None,
        }
    }

    pub(crate) fn template(&self) -> Option<(&Template, &Shapes)> {
        match &self.body {
            Body::Template(template, shapes) => Some((template, shapes)),
            Body::Whole(_) | Body::Filed(_) => None,
        }
    }

    pub(crate) fn filed(&self) -> Option<&Filed> {
        match &self.body {
            Body::Filed(filed) => Some(filed),
            Body::Whole(_) | Body::Template(..) => None,
        }
    }

    /// Bytes that it takes of memory, or of the disk when it is in a file.
    pub(crate) fn weight(&self) -> u64 {
        let content = match &self.body {
            Body::Whole(encoded) => encoded.weight() as u64,
            Body::Template(template, _) => (template.weight() + Shapes::room(template)) as u64,
            Body::Filed(filed) => filed.length,
        };
        1_024 + content + self.entries.as_ref().map_or(0, |entries| entries.weight() as u64)
    }
}
