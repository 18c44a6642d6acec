//! Where log lines go: standard error, for people or as JSON lines. No field is longer than 1 KiB.

use crate::config::Log;
use host_http::AboutRequest;
use serde_json::Value;
use std::fmt;
use std::io::IsTerminal;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{DefaultVisitor, FormatEvent, FormatFields, Writer};
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
    let is_terminal = std::io::stderr().is_terminal();
    let builder = builder.with_ansi(is_terminal);
    let _ = if log.json {
        // Which request it is about stands once in a line, under `request`.
        let builder = builder.json().flatten_event(true).with_span_list(false).with_current_span(false);
        builder.map_event_format(for_scripts).finish().try_init()
    } else {
        let builder = builder.compact().fmt_fields(Spaced);
        let format = builder.map_event_format(|format| AboutRequest::text(format.with_ansi(is_terminal)));
        format.finish().try_init()
    };
    Ok(())
}

fn for_scripts<F>(format: F) -> AboutRequest<ShortFields<F>> {
    AboutRequest::json(ShortFields(format))
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
            && let Ok(Value::Object(mut fields)) = serde_json::from_str(&line)
        {
            fields.values_mut().for_each(shorten);
            return writeln!(to, "{}", Value::Object(fields));
        }
        to.write_str(&line)
    }
}

fn shorten(value: &mut Value) {
    if let Value::String(text) = value
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
    use host_engine::{LogScope, LoggedPlace};
    use serde_json::json;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

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

    /// Lines as they are written for scripts.
    fn json(run: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).json().flatten_event(true);
        let builder = builder.with_span_list(false).with_current_span(false);
        tracing::subscriber::with_default(builder.map_event_format(for_scripts).finish(), run);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Lines as they are written for people.
    fn text(run: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
        let builder = builder.compact().fmt_fields(Spaced).map_event_format(AboutRequest::text);
        tracing::subscriber::with_default(builder.finish(), run);
        let text = kept.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }

    fn request() -> Arc<LogScope> {
        let place = LoggedPlace { surface: "player".into(), route: "/player_api.php".into() };
        LogScope::new("r1".into(), "GET", None, Some(Arc::new(place)))
    }

    #[test]
    fn a_line_names_the_request_that_it_is_about() {
        let lines = json(|| {
            request().within(|| tracing::info!(count = 1, "one"));
            tracing::info!("two");
        });
        let expected = json!({"id": "r1", "method": "GET", "surface": "player", "route": "/player_api.php"});
        assert_eq!(
            (&lines[0]["request"], &lines[0]["message"], &lines[0]["count"]),
            (&expected, &"one".into(), &1.into())
        );
        assert_eq!((lines[1].get("request"), &lines[1]["message"]), (None, &"two".into()));
        let text = text(|| request().within(|| tracing::info!(count = 1, "one")));
        assert!(text.ends_with("one count=1 id=r1 method=GET surface=player route=/player_api.php\n"), "{text}");
    }

    /// A line about a visitor with a long name for its player: as text and as a value.
    fn about_a_talker(agent: &str) {
        tracing::info!(line_agent = agent, line_shown = %agent, count = 7, "seen {agent}");
    }

    #[test]
    fn a_field_is_cut_at_a_kilobyte_in_json() {
        let agent = "\u{e9}".repeat(5 << 10);
        let lines = json(|| request().within(|| about_a_talker(&agent)));
        let [line] = &lines[..] else { panic!("{lines:?}") };
        let cut = format!("{}{CUT}", "\u{e9}".repeat(512));
        assert_eq!((&line["line_agent"], &line["line_shown"]), (&cut.clone().into(), &cut.into()));
        let message = line["message"].as_str().unwrap();
        assert!(message.starts_with("seen \u{e9}") && message.len() <= FIELD_BYTES + CUT.len(), "{message}");
        assert_eq!((&line["count"], &line["level"], &line["request"]["id"]), (&7.into(), &"INFO".into(), &"r1".into()));
    }

    #[test]
    fn a_field_is_cut_at_a_kilobyte_in_text() {
        let text = text(|| request().within(|| about_a_talker(&"x".repeat(10 << 10))));
        let longest = text.split(|c| c != 'x').map(str::len).max();
        assert_eq!(longest, Some(FIELD_BYTES), "{text}");
        assert_eq!(text.matches(CUT).count(), 3, "{text}");
        assert!(text.contains("count=7") && text.ends_with("route=/player_api.php\n"), "{text}");
    }

    #[test]
    fn a_short_field_is_left_as_it_is() {
        let agent = "x".repeat(FIELD_BYTES);
        let text = text(|| tracing::info!(agent, seen = ?Some("a \"b\""), "one"));
        assert!(text.contains(&format!("agent=\"{agent}")) && text.contains(r#"seen=Some("a \"b\"")"#), "{text}");
    }
}
