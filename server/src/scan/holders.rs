//! Whose token a code has, and whether that device signed it. A till waits for this before its payment can be checked, so all who
//! ask while one question is under way share the next: one statement and one batch of signatures for many payments when there is
//! much to do, at once when there is not.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::ids::WalletId;
use tokio::sync::oneshot;

use super::signatures::{Signed, verify};
use crate::{
    model::TokenId,
    store::{Conn, Readers, StoreError, holders},
};

/// Codes that share a question: signatures gain little by more, and the first would wait for the last.
const SHARED_MAX: usize = 32;

/// What a code says and how it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    /// What is signed.
    pub message: Vec<u8>,
    /// By whom is to be found out.
    pub signature: [u8; 64],
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// The wallet.
    pub wallet: WalletId,
    /// Whether the device that fetched the token made the signature; not, where there is none.
    pub signed: bool,
}

/// Finds that out.
pub(crate) struct Holders {
    readers: Readers,
    waiting: Arc<Mutex<Waiting>>,
}

type Asker = oneshot::Sender<Option<Held>>;

#[derive(Default)]
struct Waiting {
    asked: VecDeque<(Question, Asker)>,
    /// Somebody answers, and will look for more when he has.
    answering: bool,
}

#[derive(Clone)]
struct Question {
    token: TokenId,
    proof: Option<Proof>,
}

impl Holders {
    pub(crate) fn new(readers: Readers) -> Self {
        Self { readers, waiting: Arc::default() }
    }

    /// The holder of a token; none where the provider never gave it out. Where it is `quiet`, it is found out here and now, as
    /// the way to a reading thread and back takes longer; else a thread answers many together.
    pub(crate) async fn of(
        &self,
        token: TokenId,
        proof: Option<Proof>,
        quiet: bool,
    ) -> Result<Option<Held>, StoreError> {
        let question = Question { token, proof };
        let (asker, answer) = oneshot::channel();
        if let Some(turn) = self.ask(question.clone(), asker) {
            self.begin(turn, quiet)?;
        }
        match answer.await {
            Ok(found) => Ok(found),
            // The question failed. Each asks again by itself, and hears why.
            Err(_) => self.readers.look(move |conn| Ok(find(conn, &[question])?.pop().flatten())).await,
        }
    }

    /// Lines up. Where nobody answers, it is the asker's turn to see to it.
    fn ask(&self, question: Question, asker: Asker) -> Option<Turn> {
        let mut waiting = lock(&self.waiting);
        waiting.asked.push_back((question, asker));
        let begins = !mem::replace(&mut waiting.answering, true);
        begins.then(|| Turn { waiting: Arc::clone(&self.waiting), over: false })
    }

    fn begin(&self, turn: Turn, quiet: bool) -> Result<(), StoreError> {
        let here = if quiet { self.readers.here() } else { None };
        let turn = match here {
            Some(mut conn) => turn.answer_some(&mut conn)?,
            None => Some(turn),
        };
        match turn {
            Some(turn) => self.readers.post(move |conn| turn.answer(conn)),
            None => Ok(()),
        }
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
    fn answer(self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut turn = Some(self);
        while let Some(now) = turn {
            turn = now.answer_some(conn)?;
        }
        Ok(())
    }

    /// Answers those who share a question; where more wait, the turn goes on.
    fn answer_some(mut self, conn: &mut Conn) -> Result<Option<Self>, StoreError> {
        let (questions, askers): (Vec<_>, Vec<_>) = {
            let mut waiting = lock(&self.waiting);
            let together = waiting.asked.len().min(SHARED_MAX);
            waiting.asked.drain(..together).unzip()
        };
        for (asker, found) in askers.into_iter().zip(find(conn, &questions)?) {
            // A caller that went away needs no answer.
            let _ = asker.send(found);
        }
        let mut waiting = lock(&self.waiting);
        waiting.answering = !waiting.asked.is_empty();
        self.over = !waiting.answering;
        drop(waiting);
        Ok((!self.over).then_some(self))
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

/// The answers, in the order of questions.
fn find(conn: &mut Conn, questions: &[Question]) -> Result<Vec<Option<Held>>, StoreError> {
    let tokens: Vec<TokenId> = questions.iter().map(|question| question.token).collect();
    let known = holders(conn, &tokens)?;
    let holder = |question: &Question| {
        let place = known.binary_search_by_key(&question.token, |(token, _)| *token).ok()?;
        Some(known[place].1)
    };
    let (mut found, mut signed, mut places) = (Vec::with_capacity(questions.len()), Vec::new(), Vec::new());
    for question in questions {
        let holder = holder(question);
        if let (Some(holder), Some(proof)) = (holder, &question.proof) {
            signed.push(Signed::new(holder.public_key, &proof.message, &proof.signature));
            places.push(found.len());
        }
        found.push(holder.map(|holder| Held { wallet: holder.wallet, signed: false }));
    }
    for (place, signed) in places.into_iter().zip(verify(&signed)) {
        found[place].iter_mut().for_each(|held| held.signed = signed);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use ed25519_dalek::{Signer, SigningKey};
    use futures::future::join_all;
    use shared::money::Currency;

    use super::*;
    use crate::{clock::Surroundings, store::Store};

    /// Tokens 0 to 39 of as many devices, which have the keys of their numbers.
    const TOKENS: u8 = 40;

    fn device(token: u8) -> SigningKey {
        SigningKey::from_bytes(&[token; 32])
    }

    fn store(dir: &std::path::Path) -> (Store, Conn) {
        let store = Store::open(dir, Currency::CNY, &Surroundings::system()).unwrap();
        let mut conn = store.database.connect().unwrap();
        for n in 0..TOKENS {
            let key = hex::encode(device(n).verifying_key().as_bytes());
            let device = format!(
                "INSERT INTO devices (id, wallet_id, public_key, name, linked_at_ms) \
                 VALUES ({n} + 100, {n} + 1000, x'{key}', 'Phone', 0)"
            );
            let token = format!(
                "INSERT INTO tokens (id, wallet_id, device_id, expires_at_ms, state) VALUES ({n}, {n} + 1000, {n} + 100, 1, 1)"
            );
            conn.batch_execute(&device).unwrap();
            conn.batch_execute(&token).unwrap();
        }
        (store, conn)
    }

    /// The device's proof of its token.
    fn proof(token: u8) -> Option<Proof> {
        let message = vec![token];
        let signature = device(token).sign(&message).to_bytes();
        Some(Proof { message, signature })
    }

    #[tokio::test]
    async fn of_a_crowd_each_hears_of_its_own_token() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _conn) = store(dir.path());
        let holders = Holders::new(store.readers.clone());
        // Every third code is signed by the device of another token, every fifth is a number alone.
        let signer = |token: u8| if token.is_multiple_of(3) { token + 1 } else { token };
        let ask = |token: u8| {
            let proof = proof(signer(token)).filter(|_| !token.is_multiple_of(5));
            holders.of(token.into(), proof, token.is_multiple_of(2))
        };
        let found = join_all((0..2 * TOKENS).map(ask)).await;
        for (token, found) in (0..2 * TOKENS).zip(found) {
            let held = Held {
                wallet: WalletId(1000 + u32::from(token)),
                signed: !token.is_multiple_of(3) && !token.is_multiple_of(5),
            };
            assert_eq!(found.unwrap(), (token < TOKENS).then_some(held), "token {token}");
        }
    }

    #[tokio::test]
    async fn where_the_question_fails_each_hears_why_and_the_next_is_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let (store, mut conn) = store(dir.path());
        let holders = Holders::new(store.readers.clone());
        conn.batch_execute("ALTER TABLE tokens RENAME TO elsewhere").unwrap();
        let ask = |token: u8| holders.of(token.into(), proof(token), token.is_multiple_of(2));
        for found in join_all((0..TOKENS).map(ask)).await {
            assert!(matches!(found, Err(StoreError::Query(_))), "{found:?}");
        }
        conn.batch_execute("ALTER TABLE elsewhere RENAME TO tokens").unwrap();
        for token in [0, 1] {
            assert!(ask(token).await.unwrap().is_some_and(|held| held.signed));
        }
    }
}
