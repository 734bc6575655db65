//! Days where the reader is, without asking a browser.

use std::fmt;

use shared::time::UnixMillis;

const DAY_MS: i64 = 86_400_000;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// 2026.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Day {
    /// The day of an instant, by a clock that is this far ahead of UTC.
    ///
    /// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years begin in March, so that the
    /// day that may be missing is their last.
    pub fn of(at: UnixMillis, utc_offset_minutes: i32) -> Self {
        let days = (at.0 + i64::from(utc_offset_minutes) * 60_000).div_euclid(DAY_MS) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        Self { year, month: small(month), day: small(day) }
    }

    /// Months since the year 0.
    pub(super) fn months(self) -> i64 {
        self.year * 12 + i64::from(self.month) - 1
    }
}

/// "2026-11-24".
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, offset, expect) in [
            (0, 0, "1970-01-01"),
            (951_782_400, 0, "2000-02-29"),
            (1_709_164_800, 0, "2024-02-29"),
            (1_709_251_199, 0, "2024-02-29"),
            (1_709_251_200, 0, "2024-03-01"),
            (1_798_761_599, 0, "2026-12-31"),
            (1_798_761_599, 480, "2027-01-01"),
            (1_798_761_600, -60, "2026-12-31"),
            (-1, 0, "1969-12-31"),
        ] {
            assert_eq!(Day::of(UnixMillis(seconds * 1_000), offset).to_string(), expect);
        }
    }
}
