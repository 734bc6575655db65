//! The hours of the week in which an offer holds.

use super::TermsError;
use crate::time::UnixMillis;

const DAY_MINUTES: i64 = 24 * 60;
/// All seven days.
const EVERY_DAY: u8 = 0x7F;

/// Hours of some weekdays, by the clock of a fixed offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Bit 0 is Monday, bit 6 Sunday.
    pub weekdays: u8,
    /// First minute of the day, 0 to 1,439.
    pub from_minute: u16,
    /// First minute after, 1 to 1,440. Not above `from_minute`: the hours run past midnight and belong to the day on which they
    /// began.
    pub to_minute: u16,
    /// Minutes that the shops' clocks are ahead of UTC, -720 to 840.
    pub utc_offset_minutes: i16,
}

impl Hours {
    /// Whether the offer holds at this instant.
    pub fn contain(&self, now: UnixMillis) -> bool {
        let minutes = now.0.div_euclid(60_000) + i64::from(self.utc_offset_minutes);
        let (day, minute) = (minutes.div_euclid(DAY_MINUTES), minutes.rem_euclid(DAY_MINUTES));
        let (from, to) = (i64::from(self.from_minute), i64::from(self.to_minute));
        // 1970-01-01 was a Thursday.
        let on = |day: i64| self.weekdays >> (day + 3).rem_euclid(7) & 1 == 1;
        if from < to {
            on(day) && (from..to).contains(&minute)
        } else {
            on(day) && minute >= from || on(day - 1) && minute < to
        }
    }

    pub(super) fn check(&self) -> Result<(), TermsError> {
        let good = (1..=EVERY_DAY).contains(&self.weekdays)
            && i64::from(self.from_minute) < DAY_MINUTES
            && (1..=DAY_MINUTES).contains(&i64::from(self.to_minute))
            && self.from_minute != self.to_minute
            && (-720..=840).contains(&self.utc_offset_minutes);
        if good { Ok(()) } else { Err(TermsError::BadHours) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes after 2026-11-23, a Monday, 00:00 UTC.
    fn at(day: i64, hour: i64, minute: i64) -> UnixMillis {
        UnixMillis(1_795_392_000_000 + ((day * 24 + hour) * 60 + minute) * 60_000)
    }

    #[test]
    fn lunch_on_weekdays_by_the_shops_clock() {
        let lunch = Hours { weekdays: 0b001_1111, from_minute: 660, to_minute: 840, utc_offset_minutes: 480 };
        let check = |now, expect| assert_eq!(lunch.contain(now), expect, "{now:?}");
        check(at(0, 2, 59), false);
        check(at(0, 3, 0), true);
        check(at(4, 5, 59), true);
        check(at(4, 6, 0), false);
        check(at(5, 3, 0), false);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began() {
        let friday_night =
            Hours { weekdays: 0b001_0000, from_minute: 1320, to_minute: 120, utc_offset_minutes: 0 };
        let check = |now, expect| assert_eq!(friday_night.contain(now), expect, "{now:?}");
        check(at(4, 1, 0), false);
        check(at(4, 22, 0), true);
        check(at(5, 1, 59), true);
        check(at(5, 2, 0), false);
        check(at(5, 23, 0), false);
    }
}
