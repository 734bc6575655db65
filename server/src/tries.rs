//! Bounds on guessing: how many wrong tries are allowed in a minute before everybody has to wait.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use proto::status::Failure;
use shared::{reason::Reason, time::UnixMillis};

const WINDOW_MS: i64 = 60_000;

/// Wrong tries of this minute, by who made them.
pub(crate) struct Tries<K> {
    a_minute_max: u32,
    wrong: Mutex<HashMap<K, (i64, u32)>>,
}

impl<K: Hash + Eq> Tries<K> {
    /// No wrong try yet.
    pub(crate) fn new(a_minute_max: u32) -> Self {
        Self { a_minute_max, wrong: Mutex::default() }
    }

    /// Whether `who` may try; if not, when to come back.
    pub(crate) fn check(&self, who: &K, now: UnixMillis) -> Result<(), Failure> {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.0.div_euclid(WINDOW_MS);
        match wrong.get(who) {
            Some((when, count)) if *when == minute && *count >= self.a_minute_max => {
                let left_ms = WINDOW_MS - now.0.rem_euclid(WINDOW_MS);
                let retry_after = Some(Duration::from_millis(left_ms.unsigned_abs()));
                let text = "too many wrong tries; wait a minute and check what you send";
                Err(Failure { retry_after, ..Failure::new(Reason::Overloaded, text) })
            }
            _ => Ok(()),
        }
    }

    /// Counts a wrong try. What is from earlier minutes is forgotten.
    pub(crate) fn wrong(&self, who: K, now: UnixMillis) {
        let minute = now.0.div_euclid(WINDOW_MS);
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.retain(|_, (when, _)| *when == minute);
        wrong.entry(who).or_insert((minute, 0)).1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_too_often_waits_until_the_minute_is_over() {
        let tries = Tries::new(2);
        let now = UnixMillis(10 * WINDOW_MS + 15_000);
        for _ in 0..2 {
            assert!(tries.check(&"T1", now).is_ok());
            tries.wrong("T1", now);
        }
        let refused = tries.check(&"T1", now).unwrap_err();
        assert_eq!(
            (refused.reason, refused.retry_after),
            (Reason::Overloaded, Some(Duration::from_secs(45)))
        );
        assert!(tries.check(&"T2", now).is_ok());
        assert!(tries.check(&"T1", now.plus_ms(45_000)).is_ok());
    }
}
