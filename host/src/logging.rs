//! Where log lines go: standard error, for people or as JSON lines. No field is longer than 1 KiB.

use crate::config::Log;
use std::fmt;
use std::io::IsTerminal;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{DefaultVisitor, FormatEvent, FormatFields, JsonVisitor, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Bytes of a field; strangers choose what stands in some.
const FIELD_BYTES: usize = 1 << 10;
/// What stands where a field was cut.
const CUT: &str = "…";

/// Installs the subscriber. A second call in one process (tests) changes nothing.
///
/// # Errors
/// When the filter of the configuration or of `LINECARD_LOG` cannot be read.
pub fn install(log: &Log) -> anyhow::Result<()> {
    let chosen = std::env::var("LINECARD_LOG").ok().or_else(|| log.filter.clone());
    let filter = EnvFilter::try_new(chosen.as_deref().unwrap_or("info"))
        .map_err(|error| anyhow::anyhow!("the log filter is not right: {error}; try `info` or `info,access=debug`"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    let _ = if log.json {
        // Whose request it is stands once in a line, under `span`.
        let builder = builder.json().flatten_event(true).with_span_list(false);
        builder.fmt_fields(Appended).map_event_format(ShortFields).finish().try_init()
    } else {
        builder.compact().fmt_fields(Spaced).finish().try_init()
    };
    Ok(())
}

/// Fields for people.
struct Spaced;

impl<'writer> FormatFields<'writer> for Spaced {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut visitor = DefaultVisitor::new(writer, true);
        fields.record(&mut Short(&mut visitor));
        visitor.finish()
    }
}

/// A span's fields as one JSON object. The library's own way reads the whole object back for
/// every field that comes later, three times what a request's span costs otherwise.
struct Appended;

impl<'writer> FormatFields<'writer> for Appended {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut visitor = JsonVisitor::new(&mut writer);
        fields.record(&mut Short(&mut visitor));
        visitor.finish()
    }

    fn add_fields(
        &self,
        current: &'writer mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        let mut more = String::new();
        self.format_fields(Writer::new(&mut more), fields)?;
        if more == "{}" {
            return Ok(());
        }
        match (current.fields.strip_suffix('}'), more.strip_prefix('{')) {
            (Some(own), Some(further)) if own.len() > 1 => current.fields = format!("{own},{further}"),
            _ => current.fields = more,
        }
        Ok(())
    }
}

/// JSON lines whose own fields are cut too: the library writes those past its field formatter.
struct ShortFields<F>(F);

impl<S, N, F> FormatEvent<S, N> for ShortFields<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        // In a line of a kilobyte no field is longer.
        if line.len() > FIELD_BYTES
            && let Ok(serde_json::Value::Object(mut fields)) = serde_json::from_str(&line)
        {
            fields.values_mut().for_each(shorten);
            return writeln!(to, "{}", serde_json::Value::Object(fields));
        }
        to.write_str(&line)
    }
}

fn shorten(value: &mut serde_json::Value) {
    if let serde_json::Value::String(text) = value
        && text.len() > FIELD_BYTES + CUT.len()
    {
        text.truncate(text.floor_char_boundary(FIELD_BYTES));
        text.push_str(CUT);
    }
}

/// Passes fields on, the long ones cut.
struct Short<'v>(&'v mut dyn Visit);

impl Visit for Short<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.record_f64(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.record_i64(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.record_u64(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.record_bool(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if value.len() <= FIELD_BYTES {
            return self.0.record_str(field, value);
        }
        let (kept, _) = value.split_at(value.floor_char_boundary(FIELD_BYTES));
        self.0.record_str(field, &format!("{kept}{CUT}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.record_debug(field, &ShortValue(value));
    }
}

/// A value that is written as far as it may be long.
struct ShortValue<'v>(&'v dyn fmt::Debug);

impl fmt::Debug for ShortValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bounded = Bounded { to: f, left: FIELD_BYTES, cut: false };
        fmt::Write::write_fmt(&mut bounded, format_args!("{:?}", self.0))?;
        if bounded.cut { f.write_str(CUT) } else { Ok(()) }
    }
}

struct Bounded<'f, 'b> {
    to: &'f mut fmt::Formatter<'b>,
    left: usize,
    cut: bool,
}

impl fmt::Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.cut {
            return Ok(());
        }
        let (kept, rest) = text.split_at(text.floor_char_boundary(self.left));
        self.left -= kept.len();
        self.cut = !rest.is_empty();
        self.to.write_str(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use tracing::field::Empty;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn fields_that_come_later_are_in_the_same_object() {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).json().flatten_event(true);
        let builder = builder.with_span_list(false).fmt_fields(Appended);
        let subscriber = builder.map_event_format(ShortFields).finish();
        tracing::subscriber::with_default(subscriber, || {
            let late = tracing::info_span!("late", first = Empty, second = Empty);
            late.record("first", "a \"quoted\" }");
            late.record("second", 2);
            late.in_scope(|| tracing::info!("one"));
            let early = tracing::info_span!("early", id = "x", more = Empty);
            early.in_scope(|| tracing::info!("two"));
            early.record("more", "y");
            early.in_scope(|| tracing::info!("three"));
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let spans: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["span"].clone()).collect();
        let expected = serde_json::json!([
            { "first": "a \"quoted\" }", "second": 2, "name": "late" },
            { "id": "x", "name": "early" },
            { "id": "x", "more": "y", "name": "early" },
        ]);
        assert_eq!(serde_json::Value::from(spans), expected, "{text}");
    }

    /// A line about a visitor with a long name for its player: in the span, in the line, as text and as a value.
    fn about_a_talker(agent: &str) {
        let span = tracing::info_span!("request", agent, path = "/p", shown = Empty);
        span.record("shown", tracing::field::display(agent));
        span.in_scope(|| tracing::info!(line_agent = agent, line_shown = %agent, count = 7, "seen {agent}"));
    }

    #[test]
    fn a_field_is_cut_at_a_kilobyte_in_json() {
        let agent = "\u{e9}".repeat(5 << 10);
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).json().flatten_event(true);
        let builder = builder.with_span_list(false).fmt_fields(Appended);
        let subscriber = builder.map_event_format(ShortFields).finish();
        tracing::subscriber::with_default(subscriber, || about_a_talker(&agent));
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        let cut = format!("{}{CUT}", "\u{e9}".repeat(512));
        assert_eq!((&line["line_agent"], &line["line_shown"]), (&cut.clone().into(), &cut.clone().into()));
        assert_eq!((&line["span"]["agent"], &line["span"]["shown"]), (&cut.clone().into(), &cut.into()));
        let message = line["message"].as_str().unwrap();
        assert!(message.starts_with("seen \u{e9}") && message.len() <= FIELD_BYTES + CUT.len(), "{message}");
        assert_eq!((&line["count"], &line["span"]["path"]), (&7.into(), &"/p".into()));
        assert_eq!((&line["level"], &line["span"]["name"]), (&"INFO".into(), &"request".into()));
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn a_field_is_cut_at_a_kilobyte_in_text() {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let subscriber = builder.compact().fmt_fields(Spaced).finish();
        tracing::subscriber::with_default(subscriber, || about_a_talker(&"x".repeat(10 << 10)));
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let longest = text.split(|c| c != 'x').map(str::len).max();
        assert_eq!(longest, Some(FIELD_BYTES), "{text}");
        assert_eq!(text.matches(CUT).count(), 5, "{text}");
        assert!(text.contains("count=7") && text.contains("path=\"/p\""), "{text}");
    }

    #[test]
    fn a_short_field_is_left_as_it_is() {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let subscriber = builder.compact().fmt_fields(Spaced).finish();
        let agent = "x".repeat(FIELD_BYTES);
        tracing::subscriber::with_default(subscriber, || tracing::info!(agent, seen = ?Some("a \"b\""), "one"));
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains(&format!("agent=\"{agent}")) && text.contains(r#"seen=Some("a \"b\"")"#), "{text}");
    }
}
