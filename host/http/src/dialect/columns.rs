//! `show_columns` and `hide_columns`, as they were sent.

use super::refusal::Refused;
use super::request::Gathered;
use super::unknown::{HIDE_COLUMNS, SHOW_COLUMNS};
use host_core::action::Columns;
use host_core::{Code, Refusal};

/// Most names that a request may show or hide: more than most replies have.
const MAX_NAMES: usize = 64;

/// What a request asks of the columns of its reply. Read once, before the action runs.
///
/// # Errors
/// When a list is longer than 64 names, or was sent twice.
pub(crate) fn asked(gathered: &Gathered<'_>) -> Result<Columns, Refused> {
    Ok(Columns { show: names(SHOW_COLUMNS, gathered)?, hide: names(HIDE_COLUMNS, gathered)? })
}

fn names(list: &'static str, gathered: &Gathered<'_>) -> Result<Vec<String>, Refused> {
    let text = gathered.one(list)?.unwrap_or("");
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if names.len() == MAX_NAMES {
            let message = format!("{list} has at most {MAX_NAMES} names; leave some out.");
            return Err(Refusal::field(Code::InvalidInput, list, message).into());
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_between_commas() {
        let mut gathered = Gathered::default();
        gathered.add_query("show_columns=+id+,,username&hide_columns=").unwrap();
        let columns = asked(&gathered).unwrap();
        assert_eq!((columns.show, columns.hide), (vec!["id".to_owned(), "username".to_owned()], vec![]));
    }

    #[test]
    fn a_list_of_more_names_than_any_reply_has_is_refused_by_name() {
        for list in [SHOW_COLUMNS, HIDE_COLUMNS] {
            let of = |count: usize| format!("{list}={}", vec!["a"; count].join(","));
            let (most, more) = (of(64), of(65));
            let mut gathered = Gathered::default();
            gathered.add_query(&most).unwrap();
            assert!(asked(&gathered).is_ok());
            let mut gathered = Gathered::default();
            gathered.add_query(&more).unwrap();
            let refused = asked(&gathered).unwrap_err().refusal;
            assert_eq!((refused.code, refused.field.as_deref()), (Code::InvalidInput, Some(list)));
        }
    }
}
