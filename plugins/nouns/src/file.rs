//! The file of a plugin, with those that it includes: what several plugins of one surface have in common is said once.

use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A file as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// Everything in it and in what it includes.
    pub table: Table,
    /// The files that this depends on: itself first.
    pub paths: Vec<PathBuf>,
}

/// What an included file may have.
const SHARED: [&str; 3] = ["noun", "fields", "parameters"];

/// Reads a file and what its `include` names, by paths from its own folder.
pub(crate) fn read(path: &Path) -> Result<Read, String> {
    let mut table = parsed(path)?;
    let mut paths = vec![path.to_owned()];
    let included = match table.remove("include") {
        None => Vec::new(),
        Some(Value::Array(included)) => included,
        Some(_) => return Err("`include` is a list of files".into()),
    };
    for file in included {
        let file = file.as_str().ok_or("`include` is a list of files")?.to_owned();
        let path = path.parent().unwrap_or(Path::new("")).join(&file);
        let shared = parsed(&path).and_then(|shared| add(&mut table, shared));
        shared.map_err(|wrong| format!("{file}: {wrong}"))?;
        paths.push(path);
    }
    Ok(Read { table, paths })
}

fn parsed(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| error.to_string())
}

/// Adds what is shared. Nothing of it is said otherwise beside it: else nobody would know which of the two counts.
fn add(table: &mut Table, shared: Table) -> Result<(), String> {
    for (sort, named) in shared {
        let (true, Value::Table(named)) = (SHARED.contains(&sort.as_str()), named) else {
            let others = "a surface and its actions are described by one plugin each";
            return Err(format!("`{sort}`: an included file has [noun.…], [fields.…] and [parameters.…]; {others}"));
        };
        let own = table.entry(sort.clone()).or_insert_with(|| Table::new().into());
        let own = own.as_table_mut().ok_or_else(|| format!("`{sort}` holds named tables: [{sort}.line]"))?;
        for (name, set) in named {
            if own.insert(name.clone(), set).is_some() {
                return Err(format!("[{sort}.{name}] is said twice"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a file beside one that it includes.
    fn together(own: &str, shared: &str) -> Result<Read, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lines")).unwrap();
        std::fs::write(folder.path().join("shared.toml"), shared).unwrap();
        let path = folder.path().join("lines/actions.toml");
        std::fs::write(&path, own).unwrap();
        read(&path)
    }

    #[test]
    fn what_is_included_stands_beside_what_is_the_files_own() {
        let own = "include = ['../shared.toml']\n[noun.line]\nkind = 'line'\n";
        let read = together(own, "[noun.user]\nkind = 'user'\n[parameters.page]\n").unwrap();
        let wanted: Table =
            toml::from_str("[noun]\nline.kind = 'line'\nuser.kind = 'user'\n[parameters.page]\n").unwrap();
        assert_eq!(read.table, wanted);
        assert_eq!(read.paths.len(), 2);
    }

    #[test]
    fn what_is_said_twice_or_is_no_part_of_an_included_file_is_refused_by_name() {
        let own = "include = ['../shared.toml']\n[noun.line]\nkind = 'line'\n";
        for (own, shared, word) in [
            (own, "[noun.line]\nkind = 'user'\n", "../shared.toml: [noun.line] is said twice"),
            (own, "[[surface]]\nname = 's'\n", "`surface`"),
            (own, "include = ['x']\n", "`include`"),
            (own, "noun", "../shared.toml"),
            ("include = ['../other.toml']", "", "../other.toml"),
            ("include = 'x'", "", "`include` is a list"),
        ] {
            let wrong = together(own, shared).unwrap_err();
            assert!(wrong.contains(word), "{wrong}");
        }
    }
}
