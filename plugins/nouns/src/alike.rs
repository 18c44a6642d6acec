//! What is alike: a noun that has the fields of another one, and an action that is there for each of several nouns.

use crate::table::text;
use toml::{Table, Value};

/// Gives each noun that is `like` another the fields of that one, but those that it is `without`, and then its own.
pub(crate) fn complete(nouns: &mut Table) -> Result<(), String> {
    let names: Vec<String> = nouns.keys().cloned().collect();
    for name in names {
        let at = |wrong: String| format!("[noun.{name}]: {wrong}");
        let Some(noun) = nouns.get_mut(&name).and_then(Value::as_table_mut) else { continue };
        let (like, without) = (text(noun.remove("like"), "like").map_err(at)?, noun.remove("without"));
        let Some(like) = like else {
            if without.is_some() {
                return Err(at("`without` takes fields away from those of the noun that it is `like`".into()));
            }
            continue;
        };
        let own = noun.remove("fields");
        // Nouns come in the order of the file: one that stands before has all its fields by now.
        let model = nouns.get(&like).filter(|model| model.get("like").is_none());
        let model = model.and_then(|model| model.get("fields")).and_then(Value::as_table);
        let mut fields = model.ok_or_else(|| at(format!("there is no [noun.{like}] before it")))?.clone();
        for left_out in without.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice) {
            let left_out = left_out.as_str().unwrap_or_default();
            fields.remove(left_out).ok_or_else(|| at(format!("[noun.{like}] has no field `{left_out}`")))?;
        }
        if let Some(Value::Table(own)) = own {
            fields.extend(own);
        }
        if let Some(noun) = nouns.get_mut(&name).and_then(Value::as_table_mut) {
            noun.insert("fields".into(), fields.into());
        }
    }
    Ok(())
}

/// Makes of each action that names several `nouns` one for each of them: `{noun}` in its texts is the noun's name, and
/// `{title}` what people call it.
pub(crate) fn spread(actions: Vec<Value>, nouns: &Table) -> Result<Vec<Value>, String> {
    let mut all = Vec::with_capacity(actions.len());
    for action in actions {
        let named = action.get("nouns").cloned();
        let (Some(named), Value::Table(action)) = (named, &action) else {
            all.push(action);
            continue;
        };
        let named = named.as_array().ok_or("`nouns` is a list of nouns")?.clone();
        for noun in &named {
            let noun = noun.as_str().ok_or("`nouns` is a list of nouns")?;
            let known = nouns.get(noun).ok_or_else(|| format!("there is no [noun.{noun}]"))?;
            let title = known.get("title").and_then(Value::as_str).unwrap_or(noun);
            let mut own = action.clone();
            own.remove("nouns");
            let mut own = Value::Table(own);
            fill(&mut own, noun, title);
            if let Value::Table(own) = &mut own {
                own.insert("noun".into(), noun.into());
            }
            all.push(own);
        }
    }
    Ok(all)
}

fn fill(value: &mut Value, noun: &str, title: &str) {
    match value {
        Value::String(text) => *text = text.replace("{noun}", noun).replace("{title}", title),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, noun, title)),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| fill(value, noun, title)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_noun_has_the_fields_of_another_but_those_that_it_is_without() {
        let mut nouns = table(
            "[line]\nkind = 'line'\nfields = { id = { type = 'id' }, name = { type = 'text' } }
             [box]\nkind = 'mag'\nlike = 'line'\nwithout = ['name']\nfields = { mac = { type = 'text' } }
             [bare]\nkind = 'mag'\nlike = 'box'",
        );
        complete(&mut nouns).unwrap();
        let fields = |noun: &str| nouns[noun]["fields"].as_table().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((fields("box"), fields("bare")), (vec!["id".into(), "mac".into()], vec!["id".into(), "mac".into()]));
        for (noun, word) in
            [("like = 'x'", "[noun.x]"), ("without = ['x']", "`like`"), ("like = 'a'\nwithout = ['x']", "`x`")]
        {
            let mut nouns = table(&format!("[a]\nfields = {{}}\n[b]\n{noun}"));
            let wrong = complete(&mut nouns).unwrap_err();
            assert!(wrong.starts_with("[noun.b]: ") && wrong.contains(word), "{wrong}");
        }
    }

    #[test]
    fn an_action_is_there_for_each_of_its_nouns() {
        let nouns = table("[line]\n[mag]\ntitle = 'MAG box'");
        let action = table("name = 'delete_{noun}'\nsummary = 'Deletes a {title}.'\nnouns = ['line', 'mag']");
        let spread = spread(vec![action.into(), table("name = 'other'").into()], &nouns).unwrap();
        let names: Vec<_> = spread.iter().map(|action| action["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["delete_line", "delete_mag", "other"]);
        assert_eq!(spread[1]["summary"].as_str(), Some("Deletes a MAG box."));
        assert_eq!((spread[0]["noun"].as_str(), spread[1]["noun"].as_str()), (Some("line"), Some("mag")));
        let unknown = table("name = 'x'\nnouns = ['y']");
        assert!(super::spread(vec![unknown.into()], &nouns).unwrap_err().contains("[noun.y]"));
    }
}
