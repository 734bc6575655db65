//! The door for payments. Where more arrive than the machine can take, those that would wait longer than a till should are told at
//! once to come back, before any work went into them: so those inside are answered as soon as ever, and the machine's time goes
//! to them.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    config::{BATCH_COMMANDS_MAX, PAYMENT_WAIT_MAX, QUIET_PAYMENTS_MAX},
    error::Error,
};

/// Answers over which the pace is taken: they come in bursts, a commit's at a time.
const PACE_ANSWERS: u32 = 512;

/// Counts the payments inside and how fast they come out.
#[derive(Default)]
pub(crate) struct Door(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    payments: u32,
    /// Time from one answer to the next when there was last enough to do.
    pace: Duration,
    /// When the pace was taken last, and answers since.
    since: Option<(Instant, u32)>,
}

/// A payment inside; it leaves when this goes.
pub(crate) struct Place<'a>(&'a Door);

impl Door {
    /// Lets a payment in.
    pub(crate) fn enter(&self) -> Result<Place<'_>, Error> {
        if self.inside().enter() {
            return Ok(Place(self));
        }
        Err(Error::overloaded("too many payments at once; try again after the delay"))
    }

    /// Whether so few payments are inside that there is nothing to gain from doing many together.
    pub(crate) fn is_quiet(&self) -> bool {
        self.inside().payments <= QUIET_PAYMENTS_MAX
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.inside().leave(Instant::now());
    }
}

impl Inside {
    /// What one commit takes in always has a place: only beyond does a payment wait for others.
    fn enter(&mut self) -> bool {
        let free = !self.is_busy() || self.pace * self.payments <= PAYMENT_WAIT_MAX;
        self.payments += u32::from(free);
        free
    }

    fn leave(&mut self, now: Instant) {
        self.since = match self.since {
            _ if !self.is_busy() => None,
            Some((start, answers)) if answers + 1 < PACE_ANSWERS => Some((start, answers + 1)),
            before => {
                if let Some((start, _)) = before {
                    self.pace = now.saturating_duration_since(start) / PACE_ANSWERS;
                }
                Some((now, 0))
            }
        };
        self.payments -= 1;
    }

    fn is_busy(&self) -> bool {
        usize::try_from(self.payments).is_ok_and(|payments| payments >= BATCH_COMMANDS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn let_in(inside: &mut Inside, payments: usize) -> usize {
        (0..payments).filter(|_| inside.enter()).count()
    }

    /// As many answers, each so long after the last.
    fn answer(inside: &mut Inside, answers: u32, each: Duration) {
        let start = Instant::now();
        (0..answers).for_each(|n| inside.leave(start + each * n));
    }

    #[test]
    fn a_crowd_finds_a_place_where_nobody_waited_yet() {
        assert_eq!(let_in(&mut Inside::default(), 2_000), 2_000);
    }

    #[test]
    fn it_is_quiet_until_there_is_enough_to_share() {
        let door = Door::default();
        let mut inside: Vec<Place<'_>> = Vec::new();
        for _ in 0..QUIET_PAYMENTS_MAX {
            inside.push(door.enter().unwrap());
            assert!(door.is_quiet());
        }
        inside.push(door.enter().unwrap());
        assert!(!door.is_quiet());
        inside.pop();
        assert!(door.is_quiet());
    }

    #[test]
    fn who_would_wait_too_long_is_told_at_once() {
        let mut inside = Inside::default();
        let_in(&mut inside, 5_000);
        answer(&mut inside, 4_500, Duration::from_micros(50));
        // 500 are inside, and 50 us are for each.
        let room = PAYMENT_WAIT_MAX.as_micros() / 50;
        let inside_then = 500 + let_in(&mut inside, 5_000);
        assert!(u128::try_from(inside_then).unwrap().abs_diff(room) < room / 10, "{inside_then} of {room}");
    }

    #[test]
    fn a_slow_disk_still_gets_full_commits() {
        let mut inside = Inside::default();
        let_in(&mut inside, 2_000);
        answer(&mut inside, 2_000, Duration::from_millis(1));
        assert_eq!(let_in(&mut inside, 2_000), BATCH_COMMANDS_MAX);
    }
}
