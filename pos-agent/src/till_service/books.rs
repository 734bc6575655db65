//! Receipts, refunds and the end of the day: what callers ask of the till's books.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use proto::{
    convert::{FieldError, money_to_wire, parsed, time_from_wire},
    status::Failure,
    v1::{
        CashierWords, GetReceiptRequest, GetReceiptResponse, LocalizedText, Receipt, Refund,
        RefundSaleRequest, RefundSaleResponse, RefundState,
    },
};
use shared::{gs1::Gtin, reason::Reason, time::UnixMillis};
use tokio::time::timeout;
use tonic::Status;

use super::view;
use crate::{
    journal::{BackLine, JournalError, RefundEnding, RefundRecord, SaleRecord, money_in},
    lanes::Lanes,
    machine::{CallError, RefundMachine, RefundOutcome},
    printing::NotPrinted,
    provider::CALL_TIMEOUT,
    receipt::{self, Charset, SoldLine, link},
    returns::{ReturnError, Returnable, Returned},
    till::{CloseError, GivenBack, Till},
    words::{self, Lang, Message},
};

/// Columns that a receipt can have.
const COLUMNS: std::ops::RangeInclusive<u32> = 24..=64;

/// A receipt of this till.
pub(super) async fn receipt(
    lanes: &Lanes,
    request: &GetReceiptRequest,
    lang: Lang,
) -> Result<GetReceiptResponse, Status> {
    let lang = match request.language.as_str() {
        "" => lang,
        code => parsed("language", code).map_err(bad)?,
    };
    let columns = match request.columns {
        0 => receipt::RECEIPT_COLUMNS,
        columns if COLUMNS.contains(&columns) => columns as usize,
        _ => return Err(bad(FieldError::new("columns", "must be within 24 and 64, or 0"))),
    };
    let payment_id = payment_id(&request.payment_id);
    let record = lanes.till().sale(&payment_id).map_err(|error| unreadable(&error))?;
    let record = record.ok_or_else(not_of_this_till)?;
    let Some(payment) = &record.payment else {
        return Err(
            Failure::new(Reason::InvalidTransition, "this payment was not paid: it has no receipt").into()
        );
    };
    let goods = &record.asked.goods;
    let receipt = receipt::of_sale(payment, &goods.sold(), &goods.not_applied(), &|_| None);
    let receipt = if request.copy { receipt::copy(receipt) } else { receipt };
    let not_printed = if request.print {
        printed(lanes, &record.asked.lane_id, receipt.clone(), lang).await.err().map(view::not_printed)
    } else {
        None
    };
    let zone = TimeZone::system();
    Ok(GetReceiptResponse {
        not_printed,
        text: receipt::text(&receipt, lang, &zone, columns),
        escpos: receipt::escpos(&receipt, lang, &zone, columns, Charset::Gb18030),
        receipt: Some(receipt),
    })
}

async fn printed(lanes: &Lanes, lane_id: &str, receipt: Receipt, lang: Lang) -> Result<(), NotPrinted> {
    let printed = lanes.printers().print(lane_id, receipt, Some(lang))?;
    printed.await.unwrap_or(Err(NotPrinted::Unreachable))
}

/// Gives goods back and waits for the provider as long as a cashier would.
pub(super) async fn refund(lanes: &Lanes, request: &RefundSaleRequest) -> Result<RefundSaleResponse, Status> {
    let till = lanes.till();
    let payment_id = payment_id(&request.payment_id);
    let from = till.returnable(&payment_id).await.map_err(call_failed)?;
    let given_back = match till.refund(&request.refund_id).map_err(|error| unreadable(&error))? {
        Some(known) if is(&known, request, &from) => known,
        Some(_) => return Err(return_failed(ReturnError::IdReused)),
        None => {
            let returned = returned(request, &from)?;
            till.give_back(&request.refund_id, &from, &returned).map_err(return_failed)?
        }
    };
    match given_back {
        GivenBack::Over(record) => Ok(of_record(&record)),
        GivenBack::UnderWay(mut running) => {
            let state = timeout(CALL_TIMEOUT * 2, running.decided()).await;
            let RefundMachine::Ended(outcome) = state.unwrap_or_else(|_| running.state()) else {
                return Ok(answer(&request.refund_id, RefundState::UnderWay, words_under_way));
            };
            let record = till.sale(&payment_id).ok().flatten();
            let done = of_outcome(&request.refund_id, outcome, &running.lines, record.as_ref());
            if let (Some(record), Some(receipt)) = (&record, &done.receipt) {
                lanes.printers().happened(&record.asked.lane_id, receipt.clone(), None);
            }
            Ok(done)
        }
    }
}

/// Whether a refund that was begun before is the one that is asked for now.
fn is(known: &GivenBack, request: &RefundSaleRequest, from: &Returnable) -> bool {
    let (asked, lines) = match known {
        GivenBack::UnderWay(running) => (&*running.request, &*running.lines),
        GivenBack::Over(record) => (&record.request, record.lines.as_slice()),
    };
    if asked.payment_id != from.payment_id || asked.everything != request.everything {
        return false;
    }
    let mut units_of: BTreeMap<Option<Gtin>, i64> = BTreeMap::new();
    for line in lines {
        let gtin = from.lines.get(line.line).and_then(|line| line.gtin);
        *units_of.entry(gtin).or_default() += i64::from(line.units);
    }
    for item in &request.items {
        *units_of.entry(Gtin::parse(&item.gtin).ok()).or_default() -= i64::from(item.units);
    }
    asked.everything || units_of.values().all(|units| *units == 0)
}

fn returned(request: &RefundSaleRequest, from: &Returnable) -> Result<Returned, Status> {
    match (request.everything, request.items.is_empty()) {
        (true, true) => return Ok(Returned::Everything),
        (false, false) => {}
        _ => return Err(bad(FieldError::new("items", "name what comes back, or everything"))),
    }
    // An item may stand on several lines: the first that have some left give theirs.
    let mut left: Vec<u32> = from.lines.iter().map(|line| line.left()).collect();
    let mut lines = Vec::new();
    for (place, item) in request.items.iter().enumerate() {
        let field = format!("items[{place}].gtin");
        let gtin = Gtin::parse(&item.gtin).map_err(|error| bad(FieldError::new(&field, error)))?;
        let mut missing = item.units;
        for (index, line) in from.lines.iter().enumerate() {
            let units = if line.gtin == Some(gtin) { missing.min(left[index]) } else { 0 };
            if units > 0 {
                lines.push((index, units));
                left[index] -= units;
                missing -= units;
            }
        }
        if missing > 0 || item.units == 0 {
            return Err(return_failed(ReturnError::TooMany));
        }
    }
    Ok(Returned::Lines(lines))
}

fn of_outcome(
    refund_id: &str,
    outcome: RefundOutcome,
    lines: &[BackLine],
    record: Option<&SaleRecord>,
) -> RefundSaleResponse {
    match outcome {
        RefundOutcome::Done(refund) => RefundSaleResponse {
            refunded_amount: refund.refunded_amount.clone(),
            receipt: record.and_then(|record| refund_receipt(record, &refund, lines)),
            ..answer(refund_id, RefundState::Completed, words_done)
        },
        RefundOutcome::Refused(failure) => RefundSaleResponse {
            reason: failure.reason.as_str().to_owned(),
            ..answer(refund_id, RefundState::Refused, |lang| words::reason(failure.reason, lang))
        },
        RefundOutcome::NotSent => answer(refund_id, RefundState::Refused, |lang| {
            let labels = lang.labels();
            Message { what: labels.disk, next: labels.disk_next }
        }),
    }
}

fn refund_receipt(record: &SaleRecord, refund: &Refund, lines: &[BackLine]) -> Option<Receipt> {
    let sold = record.asked.goods.sold();
    let back = |line: &BackLine| Some(SoldLine { units: line.units, ..sold.get(line.line)?.clone() });
    let back: Vec<SoldLine> = lines.iter().filter_map(back).collect();
    Some(receipt::of_refund(record.payment.as_deref()?, refund, &back, &|_| None))
}

/// A refund that was over before this call.
fn of_record(record: &RefundRecord) -> RefundSaleResponse {
    match record.ended {
        Some((RefundEnding::Done, _)) => RefundSaleResponse {
            refunded_amount: Some(money_to_wire(money_in(&record.currency, record.refunded_minor))),
            ..answer(&record.refund_id, RefundState::Completed, words_done)
        },
        Some((RefundEnding::Refused, _)) => {
            let reason = record.reason.parse().unwrap_or(Reason::Internal);
            RefundSaleResponse {
                reason: record.reason.clone(),
                ..answer(&record.refund_id, RefundState::Refused, |lang| words::reason(reason, lang))
            }
        }
        None => answer(&record.refund_id, RefundState::UnderWay, words_under_way),
    }
}

fn answer(refund_id: &str, state: RefundState, words: impl Fn(Lang) -> Message) -> RefundSaleResponse {
    let both = |part: fn(Message) -> &'static str| LocalizedText {
        en: part(words(Lang::En)).to_owned(),
        zh: part(words(Lang::Zh)).to_owned(),
    };
    let words = CashierWords { what: Some(both(|m| m.what)), next: Some(both(|m| m.next)) };
    RefundSaleResponse {
        refund_id: refund_id.to_owned(),
        state: state.into(),
        words: Some(words),
        ..RefundSaleResponse::default()
    }
}

fn words_done(lang: Lang) -> Message {
    Message {
        what: lang.pick("The money is back in the wallet.", "款项已退回钱包。"),
        next: lang.pick("Give the customer the refund receipt.", "请将退款小票交给顾客。"),
    }
}

fn words_under_way(lang: Lang) -> Message {
    Message {
        what: lang.pick("No answer yet: the refund goes on by itself.", "尚无应答：退款将自动继续。"),
        next: lang.pick("Give no cash; ask again in a while.", "请勿退现金，稍后再查询。"),
    }
}

/// The time that a caller means: today until now, where nothing is said.
pub(super) fn day(
    till: &Till,
    since: Option<prost_types::Timestamp>,
    until: Option<prost_types::Timestamp>,
) -> Result<(UnixMillis, UnixMillis), Status> {
    let now = till.now();
    let given = |field: &str, wire: Option<prost_types::Timestamp>| {
        wire.map(|wire| time_from_wire(field, Some(&wire))).transpose().map_err(bad)
    };
    let since = given("since", since)?.unwrap_or_else(|| midnight_before(now));
    // What begins within this millisecond belongs to it too.
    let until = given("until", until)?.unwrap_or_else(|| now.plus_ms(1));
    if since >= until {
        return Err(bad(FieldError::new("until", "must be after `since`")));
    }
    Ok((since, until))
}

fn midnight_before(now: UnixMillis) -> UnixMillis {
    let today = Timestamp::from_millisecond(now.0).ok().map(|at| at.to_zoned(TimeZone::system()));
    let start = today.and_then(|today| today.start_of_day().ok());
    start.map_or(now, |start| UnixMillis(start.timestamp().as_millisecond()))
}

/// The id in what a scanner read from a receipt, or the id as it was given.
fn payment_id(text: &str) -> String {
    link::payment_id(text).unwrap_or_else(|| text.trim().to_owned())
}

fn bad(error: FieldError) -> Status {
    Failure::from(error).into()
}

fn not_of_this_till() -> Status {
    let message = "this agent has no such payment; a receipt is printed again where it was printed first";
    Failure::new(Reason::PaymentNotFound, message).into()
}

pub(super) fn unreadable(error: &JournalError) -> Status {
    tracing::error!(%error, "the journal can't be read");
    Failure::new(Reason::Internal, "the agent's journal can't be read; its log says why").into()
}

fn call_failed(error: CallError) -> Status {
    match error {
        CallError::Refused(failure) => failure.into(),
        CallError::Lost(cause) => {
            tracing::warn!(cause, "no answer");
            Failure::new(Reason::Overloaded, "the provider can't be reached; try again with the same ids")
                .into()
        }
    }
}

pub(super) fn not_closed(error: CloseError) -> Status {
    match error {
        CloseError::Provider(error) => call_failed(error),
        CloseError::Journal(error) => unreadable(&error),
    }
}

fn return_failed(error: ReturnError) -> Status {
    let reason = match &error {
        ReturnError::Journal(error) => return unreadable(error),
        ReturnError::IdReused => Reason::RefundIdReused,
        ReturnError::UnderWay => Reason::InvalidTransition,
        ReturnError::NothingLeft | ReturnError::TooMany => Reason::RefundExceedsPayment,
        ReturnError::NoSuchLine => Reason::InvalidArgument,
    };
    Failure::new(reason, error.to_string()).into()
}
