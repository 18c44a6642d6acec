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

/// What the host tells.
#[cfg(target_arch = "wasm32")]
mod told {
    use crate::bindings::linecard::base::base;
    use crate::bindings::linecard::lines::lines;
    use crate::facts::{Caller, LineStatus, Mine, Output, OwnLine, Request, Role, Server};
    use crate::parameter::Expiry;

    impl From<base::CallerFacts> for Caller {
        fn from(facts: base::CallerFacts) -> Caller {
            let role = match facts.role {
                base::Role::Stranger => Role::Stranger,
                base::Role::Line => Role::Line,
                base::Role::Reseller => Role::Reseller,
                base::Role::Admin => Role::Admin,
            };
            Caller { role, user: facts.user, line: facts.line }
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
            let lines::MineFacts { line, server, more: _ } = facts;
            Mine { line: line.into(), server: server.into() }
        }
    }

    impl From<lines::LineFacts> for OwnLine {
        fn from(line: lines::LineFacts) -> OwnLine {
            let output = |output| match output {
                lines::Output::M3u8 => Output::M3u8,
                lines::Output::Ts => Output::Ts,
                lines::Output::Rtmp => Output::Rtmp,
            };
            OwnLine {
                id: line.id,
                username: line.username,
                password: line.password,
                status: match line.status {
                    lines::Status::Active => LineStatus::Active,
                    lines::Status::Banned => LineStatus::Banned,
                    lines::Status::Disabled => LineStatus::Disabled,
                    lines::Status::Expired => LineStatus::Expired,
                },
                expiry: line.expiry.map_or(Expiry::Never, |end| Expiry::At(end.into())),
                trial: line.trial,
                created_at: line.created_at.into(),
                active_connections: line.active_connections,
                max_connections: line.max_connections,
                allowed_outputs: line.allowed_outputs.into_iter().map(output).collect(),
            }
        }
    }

    impl From<lines::ServerFacts> for Server {
        fn from(server: lines::ServerFacts) -> Server {
            let offsets = server.offsets.into_iter().map(|offset| (offset.since.into(), offset.seconds));
            Server {
                name: server.name,
                message: server.message,
                timezone: server.timezone,
                offsets: offsets.collect(),
                far_expiry: server.far_expiry,
                guide_days: server.guide_days,
                https_port: server.https_port,
                http_port: server.http_port,
            }
        }
    }
}

/// What the guest answers.
#[cfg(target_arch = "wasm32")]
mod answered {
    use crate::bindings::exports::linecard::plugin::actions as host;
    use crate::reply::{Content, Outcome, Reply};

    impl From<Reply> for host::Reply {
        fn from(reply: Reply) -> host::Reply {
            let Reply { content, outcome, location, cursor } = reply;
            let (content, totals) = match content {
                Content::Data { json, totals } => (host::Content::Data(json), totals),
                Content::Held(number) => (host::Content::Held(number), None),
                Content::Body(headers) => (host::Content::Body(headers), None),
            };
            let (total, matching) = totals.unzip();
            host::Reply { content, total, matching, outcome: outcome.map(Into::into), location, cursor }
        }
    }

    impl From<Outcome> for host::Outcome {
        fn from(outcome: Outcome) -> host::Outcome {
            match outcome {
                Outcome::Done => host::Outcome::Done,
                Outcome::Created => host::Outcome::Created,
                Outcome::Accepted => host::Outcome::Accepted,
                Outcome::None => host::Outcome::None,
                Outcome::Moved => host::Outcome::Moved,
            }
        }
    }
}
