//! How media says no: the statuses of the player protocol. Players read the status only; the sentences by which support
//! knows what is wrong are for people who open an address by themselves.

use crate::answer;
use crate::rate::Exceeded;
use crate::state::Http;
use crate::visitor::Visitor;
use axum::response::Response;
use host_core::refusal::Known;
use host_core::tenant::Tenant;
use host_core::{Code, Refusal};
use host_engine::Error;
use host_media::MediaError;
use http::StatusCode;
use http::header::RETRY_AFTER;

/// Why there are no bytes.
pub(super) enum Denied {
    /// A correct no of the engine.
    Refused(Refusal),
    /// No such stream, or not on this route.
    NotFound,
    /// The session was ended by somebody.
    Ended,
    /// Over a limit.
    Exceeded(Exceeded),
    /// Nothing to send.
    Media(MediaError),
    /// Ours.
    Ours(Error),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Denied {
        Denied::Refused(refusal)
    }
}

impl From<Error> for Denied {
    fn from(error: Error) -> Denied {
        match error {
            Error::Refusal(refusal) => Denied::Refused(refusal),
            error => Denied::Ours(error),
        }
    }
}

impl From<MediaError> for Denied {
    fn from(error: MediaError) -> Denied {
        Denied::Media(error)
    }
}

/// The response of a no.
pub(super) async fn response(http: &Http, tenant: &Tenant, visitor: &Visitor, no: Denied) -> Response {
    if let Denied::Refused(refusal) = &no {
        visitor.told.refused(&refusal.code);
    }
    if let Denied::Exceeded(exceeded) = &no {
        return answer::with_limits(answer::empty(StatusCode::TOO_MANY_REQUESTS), exceeded);
    }
    if let Denied::Ours(error) = &no {
        tracing::error!(incident = %visitor.id, %error, "a start failed");
    }
    if let Denied::Media(MediaError::Failed(reason)) = &no {
        tracing::error!(incident = %visitor.id, reason, "media failed");
    }
    let setting = match &no {
        Denied::Refused(refusal) if refusal.code == Code::NotInBouquet => {
            http.engine.settings(tenant.id).await.ok().map(|settings| settings.not_in_bouquet_status)
        }
        _ => None,
    };
    let (status, retry_after) = status(&no);
    let status = setting.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(status);
    let mut response = match sentence(&no) {
        Some(sentence) => answer::plain(status, sentence),
        None => answer::empty(status),
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// What people are told, where support has a sentence for it.
fn sentence(no: &Denied) -> Option<&'static str> {
    let Denied::Refused(Refusal { code: Code::Known(code), .. }) = no else { return None };
    match code {
        Known::AuthFailed | Known::Expired => Some("Authentication failed"),
        Known::Banned | Known::Disabled => Some("Account disabled"),
        Known::ConnectionLimit => Some("Max connections reached"),
        _ => None,
    }
}

/// The status of a no, and seconds to come back after.
fn status(no: &Denied) -> (StatusCode, Option<u32>) {
    match no {
        Denied::Refused(refusal) => (of_code(&refusal.code), refusal.retry_after),
        Denied::Ended | Denied::Media(MediaError::BadToken) => (StatusCode::FORBIDDEN, None),
        Denied::NotFound | Denied::Media(MediaError::NotFound | MediaError::WrongForm(_)) => {
            (StatusCode::NOT_FOUND, None)
        }
        Denied::Exceeded(exceeded) => (StatusCode::TOO_MANY_REQUESTS, Some(exceeded.retry_after)),
        Denied::Media(MediaError::StreamDown | MediaError::Unplayable(_)) => (StatusCode::SERVICE_UNAVAILABLE, Some(5)),
        Denied::Ours(Error::Store(error)) if error.is_passing() => (StatusCode::SERVICE_UNAVAILABLE, Some(2)),
        Denied::Media(MediaError::Failed(_)) | Denied::Ours(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
    }
}

fn of_code(code: &Code) -> StatusCode {
    match code {
        Code::Known(Known::AuthFailed) => StatusCode::UNAUTHORIZED,
        Code::Known(Known::NotFound | Known::NotInBouquet) => StatusCode::NOT_FOUND,
        Code::Known(Known::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Code::Known(Known::Unavailable | Known::Conflict) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::FORBIDDEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_get_the_statuses_that_they_know() {
        for (code, expected) in [
            (Code::AuthFailed, 401),
            (Code::Expired, 403),
            (Code::Banned, 403),
            (Code::Disabled, 403),
            (Code::AddressRefused, 403),
            (Code::CountryRefused, 403),
            (Code::AgentRefused, 403),
            (Code::IspRefused, 403),
            (Code::OutputRefused, 403),
            (Code::ConnectionLimit, 403),
            (Code::NotInBouquet, 404),
            (Code::NotFound, 404),
            (Code::RateLimited, 429),
        ] {
            assert_eq!(of_code(&code).as_u16(), expected, "{code:?}");
        }
        let said = |code| sentence(&Denied::Refused(Refusal::new(code, "")));
        assert_eq!([Code::AuthFailed, Code::Expired].map(said), [Some("Authentication failed"); 2]);
        assert_eq!([Code::Banned, Code::Disabled].map(said), [Some("Account disabled"); 2]);
        assert_eq!((said(Code::ConnectionLimit), said(Code::NotFound)), (Some("Max connections reached"), None));
        assert_eq!(status(&Denied::Media(MediaError::StreamDown)), (StatusCode::SERVICE_UNAVAILABLE, Some(5)));
        assert_eq!(status(&Denied::Media(MediaError::BadToken)).0, StatusCode::FORBIDDEN);
        assert_eq!(status(&Denied::Ended).0, StatusCode::FORBIDDEN);
        assert_eq!(status(&Denied::NotFound).0, StatusCode::NOT_FOUND);
    }
}
