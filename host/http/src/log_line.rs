//! Lines of the log that name the request that they are about ([`LogScope`]), however they are written otherwise.

use host_engine::LogScope;
use serde_json::{Map, Value};
use std::fmt;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

/// Lines of another format, with what is known of the request at their end.
pub struct AboutRequest<F> {
    inner: F,
    is_json: bool,
}

impl<F> AboutRequest<F> {
    /// Of a format that writes a JSON object a line: it gets one more field, `request`.
    pub fn json(inner: F) -> AboutRequest<F> {
        AboutRequest { inner, is_json: true }
    }

    /// Of a format for people. Whether it has colours is to be said to it alone: this one knows no terminal.
    pub fn text(inner: F) -> AboutRequest<F> {
        AboutRequest { inner, is_json: false }
    }
}

impl<S, N, F> FormatEvent<S, N> for AboutRequest<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(scope) = LogScope::current() else { return self.inner.format_event(context, to, event) };
        let mut line = String::new();
        self.inner.format_event(context, Writer::new(&mut line), event)?;
        let line = line.trim_end();
        match line.strip_suffix('}').filter(|_| self.is_json) {
            Some(open) => {
                let facts: Map<_, _> = scope.facts().map(|(name, fact)| (name.to_owned(), fact.into())).collect();
                writeln!(to, "{open},\"request\":{}}}", Value::Object(facts))
            }
            None => {
                to.write_str(line)?;
                scope.facts().try_for_each(|(name, fact)| match is_plain(fact) {
                    true => write!(to, " {name}={fact}"),
                    false => write!(to, " {name}={fact:?}"),
                })?;
                writeln!(to)
            }
        }
    }
}

/// Whether a fact can stand in a line without quotes: it could not be taken for another one.
fn is_plain(fact: &str) -> bool {
    fact.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_taken_for_another_fact_is_quoted() {
        assert!(is_plain("/{code}/admin/index.php") && is_plain("get_lines"));
        for forged in ["a status=200", "a=b", "a\nb", "a\"b", "\u{1b}[0m", "\u{e9}"] {
            assert!(!is_plain(forged), "{forged:?}");
        }
    }
}
