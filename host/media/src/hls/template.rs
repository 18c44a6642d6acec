//! A playlist that is the same for every viewer of a stream, but for the session in its addresses.

/// The playlist with [holes](Template::HOLE) where a session belongs.
pub(super) struct Template(String);

impl Template {
    /// Stands for the session. No playlist may hold it by itself.
    pub(super) const HOLE: &str = "\u{1}";

    /// A playlist that has its holes already.
    pub(super) fn new(text: String) -> Template {
        Template(text)
    }

    /// Its length in bytes, without sessions.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The playlist of one session, by what it is called in addresses.
    pub(super) fn of_session(&self, session: &str) -> String {
        let holes = self.0.matches(Template::HOLE).count();
        let mut text = String::with_capacity(self.0.len() + holes * session.len());
        for (at, part) in self.0.split(Template::HOLE).enumerate() {
            if at > 0 {
                text.push_str(session);
            }
            text.push_str(part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hole_gets_the_session_and_nothing_else_changes() {
        let template = Template::new(format!("#EXTM3U\n/hls/{0}.a.ts\n/hls/{0}.b.ts\n", Template::HOLE));
        assert_eq!(template.of_session("S"), "#EXTM3U\n/hls/S.a.ts\n/hls/S.b.ts\n");
        assert_eq!(Template::new("#EXTM3U\n".to_owned()).of_session("S"), "#EXTM3U\n");
    }
}
