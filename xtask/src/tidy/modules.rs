//! Looks for sources that no module names: they are never compiled, and rot.

use super::Text;

/// Folders whose files cargo takes for programs of their own.
const PROGRAMS: [&str; 4] = ["tests", "benches", "examples", "bin"];

pub(super) fn findings(texts: &[Text]) -> Vec<String> {
    let sources: Vec<&Text> = texts.iter().filter(|(path, _)| path.ends_with(".rs")).collect();
    let orphans = sources.iter().filter(|(path, _)| !is_program(path, texts) && !is_named(path, &sources));
    orphans.map(|(path, _)| format!("{path}: no module names it, so it is never compiled")).collect()
}

/// Whether cargo starts at the file: by its place, or because the manifest says so.
fn is_program(path: &str, texts: &[Text]) -> bool {
    let mut steps = path.rsplit('/');
    let (name, folder) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let of_manifest = |(manifest, text): &Text| {
        let below = manifest.strip_suffix("Cargo.toml").and_then(|folder| path.strip_prefix(folder));
        below.is_some_and(|below| text.contains(&format!("\"{below}\"")))
    };
    ["lib.rs", "main.rs", "build.rs"].contains(&name) || PROGRAMS.contains(&folder) || texts.iter().any(of_manifest)
}

/// Whether a source further up has a module of that name, or any source names the file.
fn is_named(path: &str, sources: &[&Text]) -> bool {
    let whole = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs")).unwrap_or(path);
    let (folder, name) = whole.rsplit_once('/').unwrap_or(("", whole));
    let declaration = format!("mod {name};");
    let by_path = |line: &str| {
        let named = line.trim().strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]"));
        named.is_some_and(|named| path.ends_with(named.trim_start_matches("../")))
    };
    let is_named_by_path = sources.iter().any(|(_, text)| text.lines().any(by_path));
    is_named_by_path
        || sources.iter().any(|(other, text)| {
            let around = other.rsplit_once('/').map_or("", |(around, _)| around);
            let is_further_up = other != path && (folder == around || folder.starts_with(&format!("{around}/")));
            is_further_up && text.lines().any(|line| line.trim_end().ends_with(&declaration))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(files: &[(&str, &str)]) -> Vec<String> {
        findings(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn finds_a_source_that_no_module_names() {
        let files = |declaration| {
            about(&[
                ("a/src/lib.rs", "mod b;\nmod made {\n    pub mod e;\n}"),
                ("a/src/b/mod.rs", declaration),
                ("a/src/b/c.rs", ""),
                ("a/src/made/e.rs", ""),
            ])
        };
        assert_eq!(files("pub(crate) mod c;\n"), Vec::<String>::new());
        assert_eq!(files("#[path = \"../b/c.rs\"]\nmod d;\n"), Vec::<String>::new());
        assert_eq!(files("use super::c;\n"), ["a/src/b/c.rs: no module names it, so it is never compiled"]);
    }

    #[test]
    fn knows_where_cargo_starts() {
        for path in ["a/src/main.rs", "a/build.rs", "a/tests/b.rs", "a/src/bin/b.rs", "a/fuzz.rs"] {
            assert_eq!(about(&[("a/Cargo.toml", "path = \"fuzz.rs\""), (path, "")]), Vec::<String>::new(), "{path}");
        }
        assert_eq!(about(&[("a/tests/b/c.rs", "")]).len(), 1);
    }
}
