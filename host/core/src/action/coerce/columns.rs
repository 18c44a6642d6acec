//! `show_columns` and `hide_columns`, as they were sent.

use crate::action::{Columns, HIDE_COLUMNS, SHOW_COLUMNS, Sent};
use crate::{Code, Refusal};

/// Most names that a request may show or hide: more than most replies have.
const MAX_NAMES: usize = 64;

/// What a request asks of the columns of its reply. Read once, before the action runs.
///
/// # Errors
/// When a list is longer than 64 names, or was sent twice.
pub fn asked_columns(sent: &Sent<'_>) -> Result<Columns, Refusal> {
    Ok(Columns { show: names(SHOW_COLUMNS, sent)?, hide: names(HIDE_COLUMNS, sent)? })
}

fn names(list: &'static str, sent: &Sent<'_>) -> Result<Vec<String>, Refusal> {
    let text = sent.text(list)?.unwrap_or_default();
    let mut names = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if names.len() == MAX_NAMES {
            let message = format!("{list} has at most {MAX_NAMES} names; leave some out.");
            return Err(Refusal::field(Code::InvalidInput, list, message));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Part;

    fn asked(pairs: &[(&'static str, &str)]) -> Result<Columns, Refusal> {
        let mut sent = Sent::default();
        for (name, value) in pairs {
            sent.add_text(Part::Query, (*name).into(), (*value).into()).unwrap();
        }
        asked_columns(&sent)
    }

    #[test]
    fn names_stand_between_commas() {
        let columns = asked(&[(SHOW_COLUMNS, " id ,,username"), (HIDE_COLUMNS, "")]).unwrap();
        assert_eq!((columns.show, columns.hide), (vec!["id".to_owned(), "username".to_owned()], vec![]));
    }

    #[test]
    fn a_list_of_more_names_than_any_reply_has_is_refused_by_name() {
        for list in [SHOW_COLUMNS, HIDE_COLUMNS] {
            assert!(asked(&[(list, &["a"; 64].join(","))]).is_ok());
            let refused = asked(&[(list, &["a"; 65].join(","))]).unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (Code::InvalidInput, Some(list)));
        }
    }
}
