//! Rules on the two schemas: the wire's and the database's.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, Finding};

/// Operators read the schema through reflection, so every message, field, value and call has a comment above it.
pub(super) fn everything_is_documented(files: &[File]) -> Vec<Finding> {
    files.iter().filter(|file| file.path.ends_with(".proto")).flat_map(undocumented).collect()
}

fn undocumented(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut documented = false;
    for (line, n) in file.text.lines().map(str::trim).zip(1..) {
        if line.starts_with("//") {
            documented = true;
            continue;
        }
        if let Some(name) = declared(line).filter(|_| !documented) {
            findings.push(Finding::at(&file.path, n, format!("`{name}` has no comment above it")));
        }
        documented = false;
    }
    findings
}

/// The name that a line of a schema declares, if it declares one: `message X {`, `rpc X(`, `Type x = 1;`, `X_Y = 0;`.
fn declared(line: &str) -> Option<&str> {
    let words: Vec<&str> =
        line.split(|c: char| c.is_whitespace() || c == '(').filter(|w| !w.is_empty()).collect();
    match *words.first()? {
        "message" | "enum" | "service" | "rpc" | "oneof" => words.get(1).copied(),
        "syntax" | "package" | "import" | "option" | "reserved" | "extensions" => None,
        _ => {
            let (declaration, number) = line.split_once(" = ")?;
            number.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
            declaration.split_whitespace().next_back()
        }
    }
}

/// Each database has every migration, under the same name.
pub(super) fn migrations_come_in_pairs(files: &[File]) -> Vec<Finding> {
    const FOLDER: &str = "server/migrations/";
    let mut databases: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let mut parts = file.path.strip_prefix(FOLDER).into_iter().flat_map(|inside| inside.split('/'));
        if let (Some(database), Some(migration), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            databases.entry(database).or_default().insert(migration);
        }
    }
    let all: BTreeSet<&str> = databases.values().flatten().copied().collect();
    let lacking =
        databases.iter().flat_map(|(database, own)| all.difference(own).map(move |name| (database, name)));
    lacking
        .map(|(database, name)| {
            Finding::in_file(
                &format!("{FOLDER}{database}/{name}"),
                "is missing, though another database has it",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::testing::check, *};

    #[test]
    fn each_undocumented_declaration_is_found() {
        let schema = "syntax = \"proto3\";\n\
            package onescan.v1;\n\
            // A till.\n\
            message Till {\n\
            \x20 // Its name.\n\
            \x20 string name = 1;\n\
            \x20 repeated Scan scans = 2;\n\
            \x20 oneof what {\n\
            \x20   // Text.\n\
            \x20   string text = 3;\n\
            \x20 }\n\
            }\n\
            enum State {\n\
            \x20 STATE_UNSPECIFIED = 0;\n\
            }\n\
            // Tills.\n\
            service TillService {\n\
            \x20 rpc Scan(ScanRequest) returns (ScanResponse);\n\
            }\n";
        let found = ["t.proto:7", "t.proto:8", "t.proto:13", "t.proto:14", "t.proto:18"];
        check(everything_is_documented, &[("t.proto", schema)], &found);
    }

    #[test]
    fn a_migration_that_one_database_lacks_is_found() {
        check(
            migrations_come_in_pairs,
            &[
                ("server/migrations/sqlite/0001_start/up.sql", ""),
                ("server/migrations/sqlite/0002_refunds/up.sql", ""),
                ("server/migrations/postgres/0001_start/up.sql", ""),
            ],
            &["server/migrations/postgres/0002_refunds"],
        );
        check(migrations_come_in_pairs, &[("server/migrations/sqlite/0001_start/up.sql", "")], &[]);
    }
}
