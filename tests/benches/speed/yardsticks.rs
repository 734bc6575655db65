//! What the disk, the database and a signature cost by themselves.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    time::Instant,
};

use diesel::{Connection, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query};
use ed25519_dalek::{Signer, SigningKey};

/// As every connection of the server has it.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

/// Milliseconds of each of `count` times a page is appended and brought to the disk.
pub(crate) fn fdatasync_ms(dir: &Path, count: usize) -> Vec<f64> {
    let mut file: File = OpenOptions::new().create(true).append(true).open(dir.join("pages")).unwrap();
    let page = [7; 4_096];
    timed(count, || {
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
    })
}

/// Milliseconds of each of `count` commits of one small row in a SQLite of its own.
pub(crate) fn sqlite_commit_ms(dir: &Path, count: usize) -> Vec<f64> {
    let mut conn = SqliteConnection::establish(&dir.join("commits.sqlite").to_string_lossy()).unwrap();
    conn.batch_execute(PRAGMAS).unwrap();
    conn.batch_execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB)").unwrap();
    timed(count, || {
        let insert = "INSERT INTO rows (body) VALUES (zeroblob(200))";
        conn.immediate_transaction(|conn| sql_query(insert).execute(conn)).unwrap();
    })
}

/// Milliseconds of each of `count` checks of one signature, strictly and alone.
pub(crate) fn signature_ms(count: usize) -> Vec<f64> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let message = [7; 200];
    let signature = key.sign(&message);
    timed(count, || key.verifying_key().verify_strict(&message, &signature).unwrap())
}

fn timed(count: usize, mut work: impl FnMut()) -> Vec<f64> {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..count).map(once).collect()
}
