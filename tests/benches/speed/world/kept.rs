//! A large provider that stays on the disk from run to run, beside what cargo builds, since to fill it takes minutes. It is taken up
//! again where its tables are still those of today, and where the run before came to its end.

use std::{
    fs,
    path::{Path, PathBuf},
};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use proto::v1::{self, payment_service_client::PaymentServiceClient};
use serde_json::{Value, json};

use super::{Offer, World, connect, wait_for, with};
use crate::program::Program;

/// A provider's folder that stays.
pub(crate) struct Kept {
    dir: PathBuf,
}

impl Kept {
    /// By name; the folder is there, whatever is in it.
    pub(crate) fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&dir).unwrap();
        Self { dir }
    }

    /// A provider of the run before with the same tables as the new one in `like`, as that run left it. Until it is [left](Kept::leave) it
    /// does not count as whole.
    pub(crate) fn take_up(&self, like: &Path) -> Option<(Program, World)> {
        let said: Value = serde_json::from_str(&fs::read_to_string(self.note()).ok()?).ok()?;
        fs::remove_file(self.note()).unwrap();
        if tables(&self.dir) != tables(like) {
            return None;
        }
        let till_keys: Vec<String> = serde_json::from_value(said["till_keys"].clone()).ok()?;
        let made = serde_json::from_value(said["made"].clone()).ok()?;
        let server = Program::server(&self.dir);
        let offers = wait_for(offers(&server, &till_keys[0]));
        Some((server, World { till_keys, offers, phones: Vec::new(), made }))
    }

    /// Puts a provider's folder in its place.
    pub(crate) fn put(&self, dir: &Path) {
        fs::remove_dir_all(&self.dir).unwrap();
        fs::rename(dir, &self.dir).unwrap();
    }

    /// Leaves it whole for the next run. Its server has ended.
    pub(crate) fn leave(&self, world: &World) {
        let said = json!({ "till_keys": world.till_keys, "made": world.made });
        fs::write(self.note(), said.to_string()).unwrap();
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    fn note(&self) -> PathBuf {
        self.dir.join("world.json")
    }
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    words: String,
}

/// Its tables and indexes, in the words that made them.
fn tables(dir: &Path) -> Vec<String> {
    let mut db = SqliteConnection::establish(&dir.join("onescan.sqlite").to_string_lossy()).unwrap();
    let query = "SELECT sql AS words FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql";
    sql_query(query).load::<Words>(&mut db).unwrap().into_iter().map(|row| row.words).collect()
}

/// Every offer, as a till gets them.
async fn offers(server: &Program, till_key: &str) -> Vec<Offer> {
    let mut till = PaymentServiceClient::new(connect(server).await);
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let ask = v1::PaymentServiceListOffersRequest {
            page_size: 500,
            page_token,
            ..v1::PaymentServiceListOffersRequest::default()
        };
        let page = till.list_offers(with(till_key, ask)).await.unwrap().into_inner();
        let signed = page.signed_offers.iter();
        found.extend(signed.map(|signed| Offer::of(&prost::Message::decode(&signed.offer[..]).unwrap())));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}
