//! Whose token it is. A till waits for that before its payment can be checked, so all who ask while one question is with the database
//! are answered by the next: one statement for many payments when there is much to do, at once when there is not.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use diesel::sql_types::{BigInt, Binary};
use shared::ids::WalletId;
use tokio::sync::oneshot;

use super::{
    Conn, Readers, StoreError,
    codes::{bytes, number},
    statements::{Select, numbers},
};
use crate::model::TokenId;

/// A token's wallet, and the key of the device that fetched it: neither ever changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The wallet.
    pub wallet: WalletId,
    /// The device's key.
    pub public_key: [u8; 32],
}

/// Finds them.
pub(crate) struct Holders {
    readers: Readers,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    /// A reading thread answers, and will look for more when it has.
    answering: bool,
}

struct Asked {
    token: TokenId,
    asker: oneshot::Sender<Option<Holder>>,
}

impl Holders {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { readers, waiting: Arc::default() }
    }

    /// The holder of a token; none where the provider never gave it out.
    pub(crate) async fn of(&self, token: TokenId) -> Result<Option<Holder>, StoreError> {
        let (asker, answer) = oneshot::channel();
        if self.ask(Asked { token, asker }) {
            let turn = Turn { waiting: Arc::clone(&self.waiting), over: false };
            self.readers.post(move |conn| turn.answer(conn))?;
        }
        match answer.await {
            Ok(found) => Ok(found),
            // The question failed. Each asks again by itself, and hears why.
            Err(_) => {
                self.readers.look(move |conn| Ok(find(conn, &[token])?.pop().map(|(_, found)| found))).await
            }
        }
    }

    /// Lines up; true where somebody has to begin to answer.
    fn ask(&self, asked: Asked) -> bool {
        let mut waiting = lock(&self.waiting);
        waiting.asked.push(asked);
        !mem::replace(&mut waiting.answering, true)
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answering, until nobody waits any more. Should it end before, nobody is left waiting either: those that got no answer see
/// that their asker is gone.
struct Turn {
    waiting: Arc<Mutex<Waiting>>,
    over: bool,
}

impl Turn {
    fn answer(mut self, conn: &mut Conn) -> Result<(), StoreError> {
        while let Some(asked) = self.next() {
            let tokens: Vec<TokenId> = asked.iter().map(|asked| asked.token).collect();
            let found = find(conn, &tokens)?;
            for Asked { token, asker } in asked {
                let place = found.binary_search_by_key(&token, |(token, _)| *token);
                // A caller that went away needs no answer.
                let _ = asker.send(place.ok().map(|place| found[place].1));
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Vec<Asked>> {
        let mut waiting = lock(&self.waiting);
        self.over = waiting.asked.is_empty();
        waiting.answering = !self.over;
        (!self.over).then(|| mem::take(&mut waiting.asked))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over {
            let mut waiting = lock(&self.waiting);
            waiting.answering = false;
            waiting.asked.clear();
        }
    }
}

/// The holders of these tokens, in the order of tokens.
fn find(conn: &mut Conn, tokens: &[TokenId]) -> Result<Vec<(TokenId, Holder)>, StoreError> {
    let select = Select {
        sqlite: "SELECT t.id, d.wallet_id, d.public_key FROM json_each(?) AS k CROSS JOIN tokens AS t ON t.id = k.value \
                 CROSS JOIN devices AS d ON d.id = t.device_id",
        postgres: "SELECT t.id, d.wallet_id, d.public_key FROM tokens AS t JOIN devices AS d ON d.id = t.device_id \
                   WHERE t.id = ANY(?)",
    };
    type Row = (i64, i64, Vec<u8>);
    let rows = select.load::<(BigInt, BigInt, Binary), Row>(conn, numbers(tokens, u64::cast_signed))?;
    let read = |(token, wallet, key): Row| {
        Ok((token.cast_unsigned(), Holder { wallet: WalletId(number(wallet)?), public_key: bytes(&key)? }))
    };
    let mut found = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    found.sort_unstable_by_key(|(token, _)| *token);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use futures::future::join_all;
    use shared::money::Currency;

    use super::*;
    use crate::{clock::Surroundings, store::Store};

    const TOKENS: TokenId = 20;

    fn store(dir: &std::path::Path) -> (Store, Conn) {
        let store = Store::open(dir, Currency::CNY, &Surroundings::system()).unwrap();
        let mut conn = store.database.connect().unwrap();
        for n in 0..TOKENS {
            let device = format!(
                "INSERT INTO devices (id, wallet_id, public_key, name, linked_at_ms) \
                 VALUES ({n} + 100, {n} + 1000, x'{n:064x}', 'Phone', 0)"
            );
            let token = format!(
                "INSERT INTO tokens (id, wallet_id, device_id, expires_at_ms, state) VALUES ({n}, {n} + 1000, {n} + 100, 1, 1)"
            );
            conn.batch_execute(&device).unwrap();
            conn.batch_execute(&token).unwrap();
        }
        (store, conn)
    }

    #[tokio::test]
    async fn of_a_crowd_each_hears_of_its_own_token() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _conn) = store(dir.path());
        let holders = Holders::new(store.readers.clone());
        let found = join_all((0..2 * TOKENS).map(|token| holders.of(token))).await;
        for (token, found) in (0..2 * TOKENS).zip(found) {
            let wallet = found.unwrap().map(|holder| (u64::from(holder.wallet.0), holder.public_key[31]));
            let expected = (token < TOKENS).then(|| (token + 1000, u8::try_from(token).unwrap()));
            assert_eq!(wallet, expected, "token {token}");
        }
    }

    #[tokio::test]
    async fn where_the_question_fails_each_hears_why_and_the_next_is_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let (store, mut conn) = store(dir.path());
        let holders = Holders::new(store.readers.clone());
        conn.batch_execute("ALTER TABLE tokens RENAME TO elsewhere").unwrap();
        for found in join_all((0..TOKENS).map(|token| holders.of(token))).await {
            assert!(matches!(found, Err(StoreError::Query(_))), "{found:?}");
        }
        conn.batch_execute("ALTER TABLE elsewhere RENAME TO tokens").unwrap();
        assert!(holders.of(0).await.unwrap().is_some());
    }
}
