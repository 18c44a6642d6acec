//! What went wrong, in words that name no address.

use crate::names::Refused;
use host_core::port::FetchError;
use std::error::Error;

/// What went wrong, without the address that the client's own words would name.
pub(crate) fn failure(error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    if let Some(Refused(rule)) = chain(&error).find_map(|cause| cause.downcast_ref()) {
        return FetchError::Forbidden(rule);
    }
    if error.is_timeout() {
        FetchError::TimedOut
    } else if error.is_connect() {
        FetchError::Unreachable(root(&error))
    } else {
        FetchError::Broken(root(&error))
    }
}

/// The innermost cause, in words.
pub(crate) fn root(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and its causes, from the outside in.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}
