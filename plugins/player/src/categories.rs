//! How this surface shows categories, for the three actions that list them.

use crate::uncategorised;
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, Category, List};
use linecard_sdk::{Refusal, Reply, json, reply};

pub(crate) fn answer(list: List) -> Result<Reply, Refusal> {
    let categories = all(list)?;
    let mut body = Body::new();
    write(&mut body.text, &categories);
    body.flush()?;
    reply::body()
}

/// Those of a list in which the line has something, and one for what is in none.
pub(crate) fn all(list: List) -> Result<Vec<Category>, Refusal> {
    let mut categories = catalogue::categories(list)?;
    if uncategorised::is_needed(list)? {
        let (id, name) = (uncategorised::id(list), uncategorised::name(list).into());
        categories.push(Category { id, name, kind: String::new() });
    }
    Ok(categories)
}

/// The id is text and the parent a number: an app drops a category that has it the other way.
pub(crate) fn write<'c>(out: &mut String, categories: impl IntoIterator<Item = &'c Category>) {
    out.push('[');
    for (index, category) in categories.into_iter().enumerate() {
        out.push_str(if index == 0 { "{\"category_id\":" } else { ",{\"category_id\":" });
        json::quoted(out, category.id);
        out.push_str(",\"category_name\":");
        json::text(out, &category.name);
        out.push_str(",\"parent_id\":0}");
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_text_and_an_empty_list_is_a_list() {
        let mut out = String::new();
        write(&mut out, &[]);
        assert_eq!(out, "[]");
        out.clear();
        let category = |id, name: &str| Category { id, name: name.into(), kind: "live".into() };
        write(&mut out, &[category(12, "News"), category(3, "\"")]);
        let first = r#"[{"category_id":"12","category_name":"News","parent_id":0},"#;
        assert_eq!(out, format!("{first}{}", r#"{"category_id":"3","category_name":"\"","parent_id":0}]"#));
    }
}
