//! What the provider promises, as its callers see it: a server in this process, real gRPC, a clock that tests set. Every story on
//! both databases.
#![allow(clippy::unwrap_used)]
#![allow(clippy::duplicate_mod, reason = "every story runs on each database")]

#[path = "../../../tests/src/cluster.rs"]
#[allow(unreachable_pub)]
mod cluster;

mod copying;
mod migrations;
mod outage;
mod servers;

/// Which database the stories of a module run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Backend {
    Sqlite,
    Postgres,
}

macro_rules! stories_on {
    ($module:ident, $backend:expr) => {
        #[path = "."]
        mod $module {
            const BACKEND: crate::Backend = $backend;

            #[path = "campaigns.rs"]
            mod campaigns;
            #[path = "coupons.rs"]
            mod coupons;
            #[path = "devices.rs"]
            pub(crate) mod devices;
            #[path = "killed.rs"]
            mod killed;
            #[path = "operator.rs"]
            mod operator;
            #[path = "port.rs"]
            mod port;
            #[path = "purchase.rs"]
            mod purchase;
            #[path = "refusals.rs"]
            mod refusals;
            #[path = "restart.rs"]
            mod restart;
            #[path = "reversal.rs"]
            mod reversal;
            #[path = "tills.rs"]
            mod tills;
            #[path = "tokens.rs"]
            mod tokens;
            #[path = "watching.rs"]
            mod watching;
            #[path = "world.rs"]
            pub(crate) mod world;
        }
    };
}

stories_on!(on_sqlite, crate::Backend::Sqlite);
stories_on!(on_postgres, crate::Backend::Postgres);
