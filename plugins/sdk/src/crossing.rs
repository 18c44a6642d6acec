//! Records as they cross between guest and host.

use crate::Refusal;
#[cfg(target_arch = "wasm32")]
use crate::bindings::exports::linecard::plugin::actions as given;
use crate::bindings::linecard::plugin::actions as got;

impl From<got::Refusal> for Refusal {
    fn from(refusal: got::Refusal) -> Refusal {
        Refusal { code: refusal.code, field: refusal.field, message: refusal.message }
    }
}

#[cfg(target_arch = "wasm32")]
impl From<Refusal> for given::Refusal {
    fn from(refusal: Refusal) -> given::Refusal {
        given::Refusal { code: refusal.code, field: refusal.field, message: refusal.message }
    }
}

// How records become what authors see, and replies records, is said once for every module that names them as `wit/` does:
// the bindings here, and those of a host that runs actions without a sandbox.

/// Who calls.
#[doc(hidden)]
#[macro_export]
macro_rules! caller_of {
    ($records:ident, $facts:expr) => {{
        let facts = $facts;
        let role = match facts.role {
            $records::Role::Stranger => $crate::Role::Stranger,
            $records::Role::Line => $crate::Role::Line,
            $records::Role::Reseller => $crate::Role::Reseller,
            $records::Role::Admin => $crate::Role::Admin,
        };
        $crate::Caller { role, user: facts.user, line: facts.line }
    }};
}

/// The calling line and its panel.
#[doc(hidden)]
#[macro_export]
macro_rules! mine_of {
    ($records:ident, $facts:expr) => {{
        let facts = $facts;
        let (line, server) = (facts.line, facts.server);
        let output = |output| match output {
            $records::Output::M3u8 => $crate::lines::Output::M3u8,
            $records::Output::Ts => $crate::lines::Output::Ts,
            $records::Output::Rtmp => $crate::lines::Output::Rtmp,
        };
        let line = $crate::lines::OwnLine {
            id: line.id,
            username: line.username,
            password: line.password,
            status: match line.status {
                $records::Status::Active => $crate::lines::LineStatus::Active,
                $records::Status::Banned => $crate::lines::LineStatus::Banned,
                $records::Status::Disabled => $crate::lines::LineStatus::Disabled,
                $records::Status::Expired => $crate::lines::LineStatus::Expired,
            },
            expiry: line.expiry.map_or($crate::Expiry::Never, |end| $crate::Expiry::At(end.into())),
            trial: line.trial,
            created_at: line.created_at.into(),
            active_connections: line.active_connections,
            max_connections: line.max_connections,
            allowed_outputs: line.allowed_outputs.into_iter().map(output).collect(),
        };
        let offsets = server.offsets.into_iter().map(|offset| (offset.since.into(), offset.seconds));
        let server = $crate::lines::Server {
            name: server.name,
            message: server.message,
            timezone: server.timezone,
            offsets: offsets.collect(),
            far_expiry: server.far_expiry,
            guide_days: server.guide_days,
            https_port: server.https_port,
            http_port: server.http_port,
        };
        $crate::lines::Mine { line, server }
    }};
}

/// A reply.
#[doc(hidden)]
#[macro_export]
macro_rules! reply_of {
    ($records:ident, $reply:expr) => {{
        let $crate::Reply { content, outcome, location, cursor } = $reply;
        let (content, totals) = match content {
            $crate::reply::Content::Data { json, totals } => ($records::Content::Data(json), totals),
            $crate::reply::Content::Held(number) => ($records::Content::Held(number), None),
            $crate::reply::Content::Body(headers) => ($records::Content::Body(headers), None),
        };
        let (total, matching) = totals.unzip();
        let outcome = outcome.map(|outcome| match outcome {
            $crate::reply::Outcome::Done => $records::Outcome::Done,
            $crate::reply::Outcome::Created => $records::Outcome::Created,
            $crate::reply::Outcome::Accepted => $records::Outcome::Accepted,
            $crate::reply::Outcome::None => $records::Outcome::None,
            $crate::reply::Outcome::Moved => $records::Outcome::Moved,
        });
        $records::Reply { content, total, matching, outcome, location, cursor }
    }};
}

#[cfg(target_arch = "wasm32")]
mod bound {
    use crate::Reply;
    use crate::bindings::exports::linecard::plugin::actions;
    use crate::bindings::linecard::base::base;
    use crate::bindings::linecard::lines::lines;
    use crate::facts::{Caller, Mine, Request};

    impl From<base::CallerFacts> for Caller {
        fn from(facts: base::CallerFacts) -> Caller {
            crate::caller_of!(base, facts)
        }
    }

    impl From<base::RequestFacts> for Request {
        fn from(facts: base::RequestFacts) -> Request {
            let base::RequestFacts { id, secure, host, port, address, agent, more: _ } = facts;
            Request { id, secure, host, port, address, agent }
        }
    }

    impl From<lines::MineFacts> for Mine {
        fn from(facts: lines::MineFacts) -> Mine {
            crate::mine_of!(lines, facts)
        }
    }

    impl From<Reply> for actions::Reply {
        fn from(reply: Reply) -> actions::Reply {
            crate::reply_of!(actions, reply)
        }
    }
}
