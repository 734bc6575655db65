//! Days and times in the reader's language and time zone, by the browser's own calendar.

use js_sys::{Date, Object, Reflect};
use proto::convert::time_from_wire;
use shared::time::UnixMillis;
use wasm_bindgen::JsValue;

use crate::i18n::Lang;

const DAY_MS: i64 = 86_400_000;
/// Ends nearer than this are told in days.
const NEAR_DAYS: i64 = 7;

/// A time that came over the wire.
pub(crate) fn instant(wire: Option<&prost_types::Timestamp>) -> Option<UnixMillis> {
    time_from_wire("time", wire).ok()
}

/// "24 Nov", "11月24日"; with the year where it is another one.
pub(crate) fn day(lang: Lang, at: UnixMillis, now: UnixMillis) -> String {
    let date = date(at);
    let mut options = vec![("month", "short"), ("day", "numeric")];
    if date.get_full_year() != self::date(now).get_full_year() {
        options.push(("year", "numeric"));
    }
    date.to_locale_date_string(locale(lang), &object(&options)).into()
}

/// "24 November 2026", "2026年11月24日".
pub(crate) fn full_day(lang: Lang, at: UnixMillis) -> String {
    let options = [("year", "numeric"), ("month", "long"), ("day", "numeric")];
    date(at).to_locale_date_string(locale(lang), &object(&options)).into()
}

/// "24 Nov 2026, 10:33".
pub(crate) fn moment(lang: Lang, at: UnixMillis) -> String {
    let options = [
        ("year", "numeric"),
        ("month", "short"),
        ("day", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
    ];
    date(at).to_locale_string(locale(lang), &object(&options)).into()
}

/// "10:33".
pub(crate) fn clock(at: UnixMillis) -> String {
    let date = date(at);
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// When an offer ends: "ends today", "ends in 3 days", "until 31 Dec". `ends_at` is the first instant without it.
pub(crate) fn ends(lang: Lang, ends_at: UnixMillis, now: UnixMillis) -> String {
    let last = ends_at.plus_ms(-1);
    match midnight(last).0.saturating_sub(midnight(now).0 - DAY_MS / 2).div_euclid(DAY_MS) {
        ..=0 => lang.texts().ends_today.to_owned(),
        days @ 1..=NEAR_DAYS => lang.ends_in_days(days),
        _ => lang.until(&day(lang, last, now)),
    }
}

/// The day's first instant where the reader is. Half a day is added in its use above because of days of 23 and 25 hours.
#[allow(clippy::cast_possible_truncation)]
fn midnight(at: UnixMillis) -> UnixMillis {
    let date = date(at);
    let (month, day) = (date.get_month().cast_signed(), date.get_date().cast_signed());
    UnixMillis(Date::new_with_year_month_day(date.get_full_year(), month, day).get_time() as i64)
}

#[allow(clippy::cast_precision_loss)]
fn date(at: UnixMillis) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

fn locale(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en-GB",
        Lang::Zh => "zh-CN",
    }
}

fn object(entries: &[(&str, &str)]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    object.into()
}
