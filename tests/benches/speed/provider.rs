//! The provider as it would be with one commit for each command: what group commit is compared with.

use std::path::Path;

use server::{
    clock::Surroundings,
    config::{Config, Rules},
    serve,
    store::Store,
};
use shared::{money::Currency, payment::approval::Limits};

/// Serves on a folder until it is killed.
pub(crate) fn main(dir: &Path) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let outside = Surroundings::system();
        let store = Store::open(dir, Currency::CNY, &outside).unwrap();
        let rules = Rules {
            welcome_minor: 100_000_000,
            approval_limits: Limits { per_payment_minor: 1_000_000_000, per_day_minor: 1_000_000_000_000 },
            ..Rules::default()
        };
        let config = Config { rules, batch_commands_max: 1, ..Config::default() };
        let mut running = serve(config, store, outside).await.unwrap();
        println!("listening {}", running.url());
        panic!("{}", running.failed().await);
    });
}
