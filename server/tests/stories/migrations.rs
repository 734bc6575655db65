//! Both databases have the same tables: read from what each of them says of itself.

use std::collections::BTreeSet;

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text,
};
use server::store::Database;

use crate::cluster::cluster;

/// A fact as one line: "wallets.frozen INTEGER NOT NULL", "wallets key id".
#[derive(QueryableByName)]
struct Fact {
    #[diesel(sql_type = Text)]
    fact: String,
}

const SQLITE: &str = "
    SELECT t.name || '.' || c.name || ' ' ||
        CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' WHEN 'BLOB' THEN 'bytes' ELSE c.type END ||
        CASE WHEN c.\"notnull\" THEN '' ELSE ' or null' END AS fact
    FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
    UNION ALL
    SELECT t.name || ' key ' || group_concat(c.name, ',' ORDER BY c.pk)
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND c.pk > 0 AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' GROUP BY t.name
    UNION ALL
    SELECT t.name || CASE WHEN i.\"unique\" THEN ' unique ' ELSE ' index ' END ||
        (SELECT group_concat(x.name, ',' ORDER BY x.seqno) FROM pragma_index_info(i.name) x)
    FROM sqlite_schema t, pragma_index_list(t.name) i
    WHERE t.type = 'table' AND i.origin <> 'pk' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
    UNION ALL
    SELECT t.name || '.' || f.\"from\" || ' refers to ' || f.\"table\" || '.' || f.\"to\"
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";

const POSTGRES: &str = "
    SELECT table_name || '.' || column_name || ' ' ||
        CASE data_type WHEN 'bigint' THEN 'number' WHEN 'bytea' THEN 'bytes' ELSE data_type END ||
        CASE is_nullable WHEN 'NO' THEN '' ELSE ' or null' END AS fact
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
    UNION ALL
    SELECT c.relname || CASE WHEN i.indisprimary THEN ' key ' WHEN i.indisunique THEN ' unique ' ELSE ' index ' END ||
        (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_%'
    UNION ALL
    SELECT c.relname || '.' || a.attname || ' refers to ' || d.relname || '.' || b.attname
    FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_class d ON d.oid = x.confrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.conkey[1]
    JOIN pg_attribute b ON b.attrelid = d.oid AND b.attnum = x.confkey[1] WHERE x.contype = 'f'";

fn facts(found: Vec<Fact>) -> BTreeSet<String> {
    found.into_iter().map(|found| found.fact).collect()
}

#[test]
fn both_databases_have_the_same_tables() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("onescan.sqlite");
    let ran = Database::File(file.clone()).migrate().unwrap();
    let url = cluster().database("migrations");
    let postgres = Database::Postgres { url: url.clone(), serializable: false };
    assert_eq!(postgres.migrate().unwrap(), ran, "the same migrations");
    assert_eq!(postgres.migrate().unwrap(), [""; 0], "once");

    let mut sqlite = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    let mut postgres = PgConnection::establish(&url).unwrap();
    let in_sqlite = facts(sql_query(SQLITE).load(&mut sqlite).unwrap());
    let in_postgres = facts(sql_query(POSTGRES).load(&mut postgres).unwrap());
    assert!(in_sqlite.contains("accounts.balance_minor number"), "{in_sqlite:#?}");
    assert!(in_sqlite.contains("accounts key kind,owner,stripe"), "{in_sqlite:#?}");
    let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&in_sqlite, &in_postgres), [""; 0], "only in SQLite");
    assert_eq!(only(&in_postgres, &in_sqlite), [""; 0], "only in PostgreSQL");
}
