//! News between the servers on one PostgreSQL: after its commit a server tells the others what changed (NOTIFY on a connection of
//! its own: in the batch's transaction it would make all commits wait for one another), and hears what they changed
//! (LISTEN), for its watchers and its directory. News can get lost, with a connection say; then everybody looks again.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Instant,
};

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Array, Text},
};

use crate::{
    config::{NEWS_BACKSTOP, NEWS_INTERVAL},
    directory::Directory,
    engine::{Change, Enrolment},
    hub::Hub,
    store::{Database, StoreError, Stripe, parties::Record, stripes},
};

const LISTEN: &str = "LISTEN onescan_news";
const NOTIFY: &str = "SELECT pg_notify('onescan_news', line) FROM unnest($1) AS line";

/// Tells what a commit has changed: this server's watchers, and the other servers where there are some.
pub struct Herald {
    hub: Hub,
    others: Option<Sender<Vec<String>>>,
}

impl Herald {
    /// Tells this server's watchers alone.
    pub fn local(hub: Hub) -> Self {
        Self { hub, others: None }
    }

    /// Tells the other servers too, on `conn`, and hears from them. The thread ends with the herald.
    pub(crate) fn start(
        conn: PgConnection,
        database: Database,
        stripe: Stripe,
        hub: Hub,
        directory: Arc<Directory>,
    ) -> Result<Self, StoreError> {
        let (others, lines) = channel();
        let mut news = News { conn, database, stripe, hub: hub.clone(), directory };
        news.conn.batch_execute(LISTEN)?;
        let spawned = thread::Builder::new().name("news".to_owned()).spawn(move || news.run(&lines));
        spawned.map_err(|error| StoreError::File { path: "news thread".into(), error })?;
        Ok(Self { hub, others: Some(others) })
    }

    /// Tells it.
    pub(crate) fn tell(&self, enrolled: &[Enrolment], changes: Vec<Change>) {
        if let Some(others) = &self.others {
            let parties = enrolled.iter().map(|enrolment| Record::from(enrolment).to_string());
            let lines: Vec<String> = parties.chain(changes.iter().map(line)).collect();
            if !lines.is_empty() {
                // A thread that ended has said why.
                let _ = others.send(lines);
            }
        }
        self.hub.publish(changes);
    }
}

/// Tells every server that runs to read a party again.
pub(crate) fn tell_of(conn: &mut PgConnection, party: Record) -> QueryResult<()> {
    sql_query(NOTIFY).bind::<Array<Text>, _>(vec![format!("0 {party}")]).execute(conn).map(drop)
}

/// A change as a line: "c W1001 <payment> <coupon> <coupon>", with "-" for what there is none of.
fn line(change: &Change) -> String {
    let wallet = change.wallet.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let payment = change.payment.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let coupons = change.coupons.iter().map(|id| format!(" {id}"));
    coupons.fold(format!("c {wallet} {payment}"), |line, coupon| line + &coupon)
}

fn change_of(line: &str) -> Option<Change> {
    let mut words = line.strip_prefix("c ")?.split(' ');
    Some(Change {
        wallet: words.next()?.parse().ok(),
        payment: words.next()?.parse().ok(),
        coupons: words.filter_map(|word| word.parse().ok()).collect(),
    })
}

struct News {
    conn: PgConnection,
    database: Database,
    stripe: Stripe,
    hub: Hub,
    directory: Arc<Directory>,
}

impl News {
    fn run(&mut self, lines: &Receiver<Vec<String>>) {
        let mut looked = Instant::now();
        loop {
            let mine = match lines.recv_timeout(NEWS_INTERVAL) {
                Ok(mut mine) => {
                    mine.extend(lines.try_iter().flatten());
                    mine
                }
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if let Err(error) = self.exchange(&mine) {
                tracing::error!(%error, "news from and to the other servers were lost");
                self.reconnect();
                self.look_again();
            }
            if looked.elapsed() >= NEWS_BACKSTOP {
                self.look_again();
                looked = Instant::now();
            }
        }
    }

    /// Sends what is new here and hears what is new elsewhere.
    fn exchange(&mut self, mine: &[String]) -> QueryResult<()> {
        if !mine.is_empty() {
            let stamped: Vec<String> = mine.iter().map(|line| format!("{} {line}", self.stripe)).collect();
            sql_query(NOTIFY).bind::<Array<Text>, _>(stamped).execute(&mut self.conn)?;
        }
        let heard: Vec<String> =
            self.conn.notifications_iter().map(|news| Ok(news?.payload)).collect::<QueryResult<_>>()?;
        let stamp = self.stripe.to_string();
        for payload in heard {
            match payload.split_once(' ') {
                Some((from, line)) if from != stamp => self.hear(line),
                _ => {}
            }
        }
        Ok(())
    }

    fn hear(&self, line: &str) {
        if let Some(change) = change_of(line) {
            self.hub.publish(vec![change]);
        } else if let Ok(party) = line.parse::<Record>() {
            // What can't be read now is read when it is missed, or after the reconnection.
            let _ = self.directory.look_up(party);
        }
    }

    /// A connection that was lost took this server's stripe with it; it is taken again, unless somebody else has been faster,
    /// which costs nothing but time.
    fn reconnect(&mut self) {
        while let Err(error) = self.connect() {
            tracing::error!(%error, "the database can't be reached");
            thread::sleep(NEWS_BACKSTOP / 30);
        }
    }

    fn connect(&mut self) -> Result<(), StoreError> {
        if let Some(mut conn) = self.database.connect_postgres()? {
            conn.batch_execute(LISTEN)?;
            stripes::try_take(&mut conn, self.stripe)?;
            self.conn = conn;
        }
        Ok(())
    }

    /// Whatever was missed: the directory is read again, and watchers look again.
    fn look_again(&self) {
        if let Err(error) = self.directory.read_again() {
            tracing::error!(%error, "parties and keys can't be read again");
        }
        self.hub.look_again();
    }
}

#[cfg(test)]
mod tests {
    use shared::ids::{CouponId, OfferNumber, WalletId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_change_travels_as_a_line() {
        let coupons = vec![
            CouponId { offer: OfferNumber(100_001), sequence: 2 },
            CouponId { offer: OfferNumber(100_002), sequence: 1 },
        ];
        let change = Change { wallet: Some(WalletId(1001)), payment: Some(Uuid::from_u128(7)), coupons };
        for change in [change, Change::default()] {
            assert_eq!(change_of(&line(&change)), Some(change));
        }
        assert_eq!(change_of("m M1001"), None);
    }
}
