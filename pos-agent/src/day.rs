//! The end of the day: the till's journal against what the provider says has moved money at this till. Pure.
//!
//! Both sides are read with a margin of [`MARGIN_MS`] around the day, since a payment that is begun before midnight may move money
//! after it and clocks differ; what lies in the margin is only there to be found, and not reported itself.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    convert::time_from_wire,
    v1::{PaymentState, TerminalEntry, TerminalEntryKind},
};
use shared::{
    money::{Currency, Money},
    time::UnixMillis,
};

use crate::{
    journal::{RefundEnding, RefundRecord, SaleRecord},
    machine::Ending,
};

/// How far beyond the day both sides are read: longer than an approval can take and clocks differ.
pub const MARGIN_MS: i64 = 3_600_000;

/// What is different, and how that can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The till has no certain answer yet.
    StillOpen,
    /// Paid by the till's journal; the provider knows nothing of it.
    MissingAtProvider,
    /// The provider has moved money for a payment that the till doesn't know.
    MissingAtTill,
    /// The provider has moved the money more than once.
    TwiceAtProvider,
    /// Not the amount that the till asked for.
    AmountDiffers,
    /// Not the discount that the till gave.
    DiscountDiffers,
    /// Paid by the till's journal; the provider has taken it back.
    TakenBackAtProvider,
    /// Taken back by the till's journal; at the provider the money has moved.
    NotTakenBack,
    /// Declined by the till's journal; at the provider the money has moved.
    PaidThoughDeclined,
    /// The till has no certain answer to a refund yet.
    RefundStillOpen,
    /// Given back by the till's journal; the provider knows nothing of it.
    RefundMissingAtProvider,
    /// The provider has given back what the till doesn't know of.
    RefundMissingAtTill,
    /// Not the amount that the till wrote down.
    RefundAmountDiffers,
    /// Refused by the till's journal; at the provider the money is back.
    RefundedThoughRefused,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// When it was begun at the till, else when the provider moved money.
    pub at: UnixMillis,
    /// What is different.
    pub cause: Cause,
    /// The payment.
    pub payment_id: String,
    /// The refund; empty where it is about the payment.
    pub refund_id: String,
    /// The shop's own number for the sale; may be empty.
    pub reference: String,
    /// The amount by the till's journal: what moved to or from the shopper.
    pub till: Option<Money>,
    /// The amount by the provider.
    pub provider: Option<Money>,
}

/// A count and a sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// How many.
    pub count: u64,
    /// How much, minor units.
    pub minor: i64,
}

/// A day of a till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// The first instant.
    pub since: UnixMillis,
    /// The first instant after.
    pub until: UnixMillis,
    /// The currency of the sums.
    pub currency: Currency,
    /// What shoppers paid.
    pub paid: Total,
    /// What campaigns paid of it in discounts.
    pub discounts: Total,
    /// What shoppers got back.
    pub refunded: Total,
    /// Payments taken back.
    pub taken_back: Total,
    /// Payments declined.
    pub declined: Total,
    /// Where journal and provider differ, oldest first; empty where they agree.
    pub differences: Vec<Difference>,
}

/// What the provider says of one payment.
#[derive(Default)]
struct There {
    sales: u32,
    taken_back: bool,
    paid: Option<Money>,
    discount_minor: i64,
    at_ms: i64,
    reference: String,
}

struct ThereRefund<'a> {
    entry: &'a TerminalEntry,
    money: Option<Money>,
    at: UnixMillis,
}

/// Compares a day, and adds it up by the till's journal.
pub fn compare(
    (since, until): (UnixMillis, UnixMillis),
    currency: Currency,
    (sales, refunds): (&[SaleRecord], &[RefundRecord]),
    entries: &[TerminalEntry],
) -> DayReport {
    let (there, refunds_there) = sorted(entries);
    let within = |at: UnixMillis| (since..until).contains(&at);
    let mut report = DayReport {
        since,
        until,
        currency,
        paid: Total::default(),
        discounts: Total::default(),
        refunded: Total::default(),
        taken_back: Total::default(),
        declined: Total::default(),
        differences: Vec::new(),
    };
    for sale in sales.iter().filter(|sale| within(sale.begun_at)) {
        report.add(sale);
        let there = there.get(sale.payment_id.as_str());
        report.differences.extend(sale_cause(sale, there).map(|cause| of_sale(sale, cause, there)));
    }
    let here: BTreeSet<&str> = sales.iter().map(|sale| sale.payment_id.as_str()).collect();
    let unknown = there.iter().filter(|(id, one)| !here.contains(**id) && within(UnixMillis(one.at_ms)));
    // What was taken back has moved nothing in the end.
    for (id, one) in unknown.filter(|(_, one)| one.sales > 0 && !one.taken_back) {
        report.differences.push(Difference {
            at: UnixMillis(one.at_ms),
            cause: Cause::MissingAtTill,
            payment_id: (*id).to_owned(),
            refund_id: String::new(),
            reference: one.reference.clone(),
            till: None,
            provider: one.paid,
        });
    }
    for refund in refunds.iter().filter(|refund| within(refund.begun_at)) {
        if matches!(refund.ended, Some((RefundEnding::Done, _))) {
            report.refunded.add(refund.refunded_minor);
        }
        let there = refunds_there.get(refund.refund_id.as_str());
        report.differences.extend(refund_cause(refund, there).map(|cause| of_refund(refund, cause, there)));
    }
    let here: BTreeSet<&str> = refunds.iter().map(|refund| refund.refund_id.as_str()).collect();
    for (id, one) in refunds_there.iter().filter(|(id, one)| !here.contains(**id) && within(one.at)) {
        report.differences.push(Difference {
            at: one.at,
            cause: Cause::RefundMissingAtTill,
            payment_id: one.entry.payment_id.clone(),
            refund_id: (*id).to_owned(),
            reference: one.entry.merchant_reference.clone(),
            till: None,
            provider: one.money,
        });
    }
    report.differences.sort_by(|a, b| (a.at, &a.payment_id, a.cause).cmp(&(b.at, &b.payment_id, b.cause)));
    report
}

fn sorted(entries: &[TerminalEntry]) -> (BTreeMap<&str, There>, BTreeMap<&str, ThereRefund<'_>>) {
    let mut payments: BTreeMap<&str, There> = BTreeMap::new();
    let mut refunds = BTreeMap::new();
    for entry in entries {
        let at = time_from_wire("at", entry.at.as_ref()).unwrap_or(UnixMillis(0));
        let money = |money: &Option<proto::v1::Money>| {
            let money = money.as_ref()?;
            Some(Money::new(money.currency_code.parse().ok()?, money.minor_units))
        };
        if entry.kind() == TerminalEntryKind::Refund {
            let one = ThereRefund { entry, money: money(&entry.shopper_amount), at };
            refunds.insert(entry.refund_id.as_str(), one);
            continue;
        }
        let one = payments.entry(entry.payment_id.as_str()).or_default();
        // The reversal may lie beyond what was read; where the payment stands now says so too.
        one.taken_back |=
            entry.kind() == TerminalEntryKind::Reversal || entry.payment_state() == PaymentState::Reversed;
        if entry.kind() == TerminalEntryKind::Sale {
            one.sales += 1;
            one.paid = money(&entry.shopper_amount);
            one.discount_minor = money(&entry.discount_amount).map_or(0, |money| money.minor);
            one.at_ms = at.0;
            one.reference.clone_from(&entry.merchant_reference);
        }
    }
    (payments, refunds)
}

fn sale_cause(sale: &SaleRecord, there: Option<&There>) -> Option<Cause> {
    let moved = there.filter(|one| one.sales > 0);
    let stands = moved.is_some_and(|one| !one.taken_back);
    match (sale.ended.map(|(ending, _)| ending), moved) {
        (None, _) => Some(Cause::StillOpen),
        (Some(Ending::Reversed), _) => stands.then_some(Cause::NotTakenBack),
        (Some(Ending::Declined), _) => stands.then_some(Cause::PaidThoughDeclined),
        (Some(Ending::Paid | Ending::Standing), None) => Some(Cause::MissingAtProvider),
        (Some(Ending::Paid | Ending::Standing), Some(one)) => {
            let asked = &sale.asked;
            if one.sales > 1 {
                Some(Cause::TwiceAtProvider)
            } else if one.taken_back {
                Some(Cause::TakenBackAtProvider)
            } else if one.paid != Some(asked.money(asked.due_minor)) {
                Some(Cause::AmountDiffers)
            } else {
                let discount_minor = asked.gross_minor - asked.due_minor;
                (one.discount_minor != discount_minor).then_some(Cause::DiscountDiffers)
            }
        }
    }
}

fn of_sale(sale: &SaleRecord, cause: Cause, there: Option<&There>) -> Difference {
    let asked = &sale.asked;
    let discounts = cause == Cause::DiscountDiffers;
    let here = if discounts { asked.gross_minor - asked.due_minor } else { asked.due_minor };
    let provider = there.filter(|one| one.sales > 0).and_then(|one| one.paid.zip(Some(one)));
    let provider = provider
        .map(|(paid, one)| if discounts { Money::new(paid.currency, one.discount_minor) } else { paid });
    Difference {
        at: sale.begun_at,
        cause,
        payment_id: sale.payment_id.clone(),
        refund_id: String::new(),
        reference: asked.reference.clone(),
        till: Some(asked.money(here)),
        provider,
    }
}

fn refund_cause(refund: &RefundRecord, there: Option<&ThereRefund<'_>>) -> Option<Cause> {
    match (refund.ended.map(|(ending, _)| ending), there) {
        (None, _) => Some(Cause::RefundStillOpen),
        (Some(RefundEnding::Done), None) => Some(Cause::RefundMissingAtProvider),
        (Some(RefundEnding::Done), Some(one)) => {
            let here = crate::journal::money_in(&refund.currency, refund.refunded_minor);
            (one.money != Some(here)).then_some(Cause::RefundAmountDiffers)
        }
        (Some(RefundEnding::Refused), Some(_)) => Some(Cause::RefundedThoughRefused),
        (Some(RefundEnding::Refused), None) => None,
    }
}

fn of_refund(refund: &RefundRecord, cause: Cause, there: Option<&ThereRefund<'_>>) -> Difference {
    Difference {
        at: refund.begun_at,
        cause,
        payment_id: refund.payment_id.clone(),
        refund_id: refund.refund_id.clone(),
        reference: there.map(|one| one.entry.merchant_reference.clone()).unwrap_or_default(),
        till: Some(crate::journal::money_in(&refund.currency, refund.refunded_minor)),
        provider: there.and_then(|one| one.money),
    }
}

impl DayReport {
    fn add(&mut self, sale: &SaleRecord) {
        let due_minor = sale.asked.due_minor;
        match sale.ended.map(|(ending, _)| ending) {
            Some(Ending::Paid | Ending::Standing) => {
                self.paid.add(due_minor);
                let discount_minor = sale.asked.gross_minor - due_minor;
                if discount_minor > 0 {
                    self.discounts.add(discount_minor);
                }
            }
            Some(Ending::Reversed) => self.taken_back.add(due_minor),
            Some(Ending::Declined) => self.declined.add(due_minor),
            None => {}
        }
    }
}

impl Total {
    fn add(&mut self, minor: i64) {
        self.count += 1;
        self.minor = self.minor.saturating_add(minor);
    }
}
