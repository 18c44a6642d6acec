//! What an author writes once in `actions.toml`, spelled out: nouns, sets of reply fields and sets of parameters. The
//! packer and the macro read the same result; the host never sees it. `plugins/README.md` shows the keys.

mod alike;
mod file;
mod noun;
mod table;

pub use file::Read;

use noun::Noun;
use std::path::Path;
use table::{put, text};
use toml::{Table, Value};

/// Reads an `actions.toml` and what it includes, with every action spelled out.
///
/// # Errors
/// What cannot be read, and what [`spelled_out`] refuses.
pub fn read(path: &Path) -> Result<Read, String> {
    let Read { table, paths } = file::read(path)?;
    Ok(Read { table: spelled_out(table)?, paths })
}

/// A file with every action spelled out.
///
/// # Errors
/// The first thing that is named and not there, or has the wrong shape.
pub fn spelled_out(mut file: Table) -> Result<Table, String> {
    let mut nouns = named(&mut file, "noun")?;
    alike::complete(&mut nouns)?;
    if let Some(Value::Array(actions)) = file.get_mut("action") {
        *actions = alike::spread(std::mem::take(actions), &nouns)?;
    }
    let sets = Sets {
        nouns: nouns.into_iter().map(noun::read).collect::<Result<_, _>>()?,
        fields: named(&mut file, "fields")?,
        parameters: named(&mut file, "parameters")?,
    };
    if let Some(Value::Array(actions)) = file.get_mut("action") {
        for action in actions {
            let Value::Table(action) = action else { return Err("an [[action]] is a table".into()) };
            let name = action.get("name").and_then(Value::as_str).unwrap_or("an action without name").to_owned();
            sets.spell_out(action).map_err(|wrong| format!("{name}: {wrong}"))?;
        }
    }
    Ok(file)
}

/// What actions name.
struct Sets {
    nouns: Vec<Noun>,
    fields: Table,
    parameters: Table,
}

/// The named tables of one sort: `[fields.line]`.
fn named(file: &mut Table, sort: &str) -> Result<Table, String> {
    match file.remove(sort) {
        Some(Value::Table(tables)) => Ok(tables),
        Some(_) => Err(format!("`{sort}` holds named tables: [{sort}.line]")),
        None => Ok(Table::new()),
    }
}

impl Sets {
    fn spell_out(&self, action: &mut Table) -> Result<(), String> {
        if let Some(name) = text(action.remove("noun"), "noun")? {
            let noun = self.nouns.iter().find(|noun| noun.name == name);
            noun.ok_or_else(|| format!("there is no [noun.{name}]"))?.spell_out(action)?;
        }
        if let Some(name) = text(action.remove("with"), "with")? {
            let set = self.parameters.get(&name).and_then(Value::as_table);
            put(action, set.ok_or_else(|| format!("there is no [parameters.{name}]"))?.clone());
            name_cursor(action)?;
        }
        match action.get_mut("reply").and_then(Value::as_table_mut) {
            Some(reply) => self.spell_out_fields(reply),
            None => Ok(()),
        }
    }

    /// Puts a named set of fields into a reply, or those of them that `only` names.
    fn spell_out_fields(&self, reply: &mut Table) -> Result<(), String> {
        let only = reply.remove("only");
        let Some(Value::String(name)) = reply.get("fields") else {
            return if only.is_none() { Ok(()) } else { Err("`only` names fields of a set: fields = \"line\"".into()) };
        };
        let of_noun = self.nouns.iter().find(|noun| noun.name == *name).map(Noun::columns);
        let set = of_noun.or_else(|| self.fields.get(name).and_then(Value::as_table).cloned());
        let set = set.ok_or_else(|| format!("there is no [fields.{name}] and no [noun.{name}]"))?;
        let fields = match only {
            None => set,
            Some(names) => some(names.as_array().map_or(&[], Vec::as_slice), name, &set)?,
        };
        reply.insert("fields".into(), Value::Table(fields));
        Ok(())
    }
}

/// The parameter that is a list's `cursor` is the one by which its next page is asked for.
fn name_cursor(action: &mut Table) -> Result<(), String> {
    let parameters = action.get_mut("parameters").and_then(Value::as_table_mut);
    let mut rows = parameters.into_iter().flat_map(|all| all.iter_mut());
    let Some((name, _)) = rows.find_map(|(name, row)| Some((name.clone(), row.as_table_mut()?.remove("cursor")?)))
    else {
        return Ok(());
    };
    let reply = action.entry("reply").or_insert_with(|| Table::new().into());
    reply.as_table_mut().ok_or("`reply` is a table")?.entry("cursor").or_insert(name.into());
    Ok(())
}

/// Those fields of a set.
fn some(names: &[Value], of: &str, set: &Table) -> Result<Table, String> {
    let field = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        let field = set.get(name).ok_or_else(|| format!("{of} has no field `{name}`, which `only` names"))?;
        Ok((name.to_owned(), field.clone()))
    };
    names.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
        [fields.short]
        id = { type = 'id' }
        name = { type = 'text' }
        [parameters.page]
        start = { type = 'count', default = 0 }
        after = { type = 'text', cursor = true }
        [noun.line]
        kind = 'line'
        [noun.line.fields]
        id = { type = 'id', key = true, code = 'not_found' }
        end = { type = 'date', shown = 'text', as = 'date', field = 'expiry', on = ['create', 'edit'], create = { required = true } }
        endless = { type = 'flag', field = 'expiry', nothing = 'set', on = ['edit'], hidden = true }
        ips = { type = 'list', of = 'network', field = 'addresses', on = ['create', 'edit'], edit = { clears = true } }
        state = { type = 'text', field = 'status', words = { off = 'disabled' }, on = ['list'], listed = true }
        [noun.offer]
        kind = 'package'
        [noun.offer.fields]
        months = { type = 'count', shown = 'int', field = 'official.term', or = 'trial.term', as = 'months', on = ['create'] }
        server = { type = 'count', fixed = 0, on = ['create'] }
        [[action]]
        name = 'a'
    ";

    fn action(more: &str) -> Result<Value, String> {
        let file = spelled_out(toml::from_str(&format!("{FILE}{more}")).unwrap())?;
        Ok(file["action"][0].clone())
    }

    fn table(text: &str) -> Value {
        Value::Table(toml::from_str(text).unwrap())
    }

    const COLUMNS: &str = "
        id = { type = 'id' }
        end = { type = 'text', as = 'date', of = 'expiry' }
        ips = { type = 'list', of = 'addresses' }
        state = { type = 'text', words = { off = 'disabled' }, of = 'status' }";

    #[test]
    fn an_action_on_a_noun_has_its_parameters_its_columns_and_its_kind() {
        let edit = action("noun = 'line'\ndoes = 'edit'").unwrap();
        assert_eq!(edit["does"], table("edit = 'line'"));
        assert_eq!(edit["kind"].as_str(), Some("write"));
        let parameters = "
            id = { type = 'id', code = 'not_found', required = true }
            end = { type = 'date', sets = 'expiry' }
            endless = { type = 'flag', nothing = 'set', sets = 'expiry' }
            ips = { type = 'list', of = 'network', sets = 'addresses', clears = true }";
        assert_eq!(edit["parameters"], table(parameters));
        assert_eq!(edit["reply"]["fields"], table(COLUMNS));
        assert_eq!((edit["reply"]["shape"].as_str(), edit["reply"]["of"].as_str()), (Some("object"), Some("line")));
        let create = action("noun = 'line'\ndoes = 'create'\nreply = { only = ['end'] }").unwrap();
        assert_eq!(create["parameters"]["end"], table("type = 'date'\nsets = 'expiry'\nrequired = true"));
        assert!(create["parameters"].get("id").is_none() && create["parameters"]["ips"].get("clears").is_none());
        assert_eq!(create["reply"]["fields"], table("end = { type = 'text', as = 'date', of = 'expiry' }"));
    }

    #[test]
    fn a_list_has_a_page_and_its_filters_and_a_deletion_answers_nothing() {
        let list = action("noun = 'line'\ndoes = 'list'\nwith = 'page'").unwrap();
        let parameters = "
            state = { type = 'text', listed = true, sets = 'status', words = { disabled = 'off' } }
            after = { type = 'text' }
            start = { type = 'count', default = 0 }";
        assert_eq!(list["parameters"], table(parameters));
        assert_eq!(list["reply"]["cursor"].as_str(), Some("after"));
        assert_eq!((list["kind"].as_str(), list["reply"]["shape"].as_str()), (Some("read"), Some("list")));
        let switch = action("noun = 'line'\ndoes = 'switch'\nsets = { enabled = false }").unwrap();
        assert_eq!((&switch["does"], &switch["always"]), (&table("edit = 'line'"), &table("enabled = false")));
        assert_eq!(switch["parameters"], table("id = { type = 'id', code = 'not_found', required = true }"));
        assert_eq!(switch["reply"], table("shape = 'none'"));
        let shown =
            action("noun = 'line'\ndoes = 'switch'\nsets = { enabled = false }\nreply = { fields = 'short' }").unwrap();
        assert_eq!((shown["reply"]["shape"].as_str(), shown["reply"]["of"].as_str()), (Some("object"), Some("line")));
        assert_eq!(shown["reply"]["fields"], table("id = { type = 'id' }\nname = { type = 'text' }"));
        let delete = action("noun = 'line'\ndoes = 'delete'").unwrap();
        assert_eq!(delete["reply"], table("shape = 'none'"));
    }

    #[test]
    fn what_stands_within_a_field_and_what_is_fixed_are_said_once_too() {
        let create = action("noun = 'offer'\ndoes = 'create'").unwrap();
        let parameters = "
            months = { type = 'count', sets = 'official.term', as = 'months' }
            server = { type = 'count', fixed = 0 }";
        assert_eq!(create["parameters"], table(parameters));
        let columns = "
            months = { type = 'int', of = 'official.term', or = 'trial.term', as = 'months' }
            server = { type = 'count', fixed = 0 }";
        assert_eq!(create["reply"]["fields"], table(columns));
    }

    #[test]
    fn an_action_of_the_authors_own_takes_what_a_verb_takes_and_changes_it() {
        let own = action(
            "noun = 'line'\ntakes = 'create'\n[action.parameters]\nend = { type = 'int' }\nmore = { type = 'id' }",
        );
        let own = own.unwrap();
        let parameters = "
            end = { type = 'int' }
            more = { type = 'id' }
            ips = { type = 'list', of = 'network' }";
        assert_eq!(own["parameters"], table(parameters), "what it sets is the author's matter");
        assert!(own.get("does").is_none() && own.get("reply").is_none());
    }

    #[test]
    fn sets_of_fields_are_spelled_out_whole_or_in_the_order_in_which_some_are_named() {
        let fields =
            |reply: &str| Ok::<_, String>(action(&format!("reply = {{ {reply} }}"))?["reply"]["fields"].clone());
        assert_eq!(fields("fields = 'short'").unwrap(), table("id = { type = 'id' }\nname = { type = 'text' }"));
        assert_eq!(fields("fields = 'line'").unwrap(), table(COLUMNS));
        let two = fields("fields = 'short', only = ['name', 'id']").unwrap();
        assert_eq!(two.as_table().unwrap().keys().collect::<Vec<_>>(), ["name", "id"]);
        for (reply, word) in [
            ("fields = 'none'", "[fields.none]"),
            ("fields = 'short', only = ['x']", "`x`"),
            ("only = ['id']", "`only`"),
        ] {
            assert!(fields(reply).unwrap_err().contains(word), "{reply}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        for (more, word) in [
            ("noun = 'user'", "[noun.user]"),
            ("with = 'x'", "[parameters.x]"),
            ("noun = 'line'\ndoes = 'steal'", "`steal`"),
            ("noun = 'line'\ndoes = 'switch'", "`sets`"),
            ("noun = 'line'\ndoes = 'edit'\nsets = { x = 1 }", "`sets`"),
            ("noun = 7", "`noun`"),
        ] {
            let wrong = action(more).unwrap_err();
            assert!(wrong.starts_with("a: ") && wrong.contains(word), "{wrong}");
        }
        let unknown = FILE.replace("hidden = true", "hiden = true");
        assert!(spelled_out(toml::from_str(&unknown).unwrap()).unwrap_err().contains("hiden"));
    }
}
