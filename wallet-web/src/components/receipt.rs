//! A receipt: basket, each discount with its item, what was paid.

use proto::v1::{self, PaymentState};
use yew::prelude::*;

use super::Ui;
use crate::{
    i18n::{amount, short_amount, unused_word},
    model::{Receipt, Unused},
};

/// The lines between shop and total.
pub(crate) fn receipt_lines(ui: Ui<'_>, receipt: &Receipt) -> Html {
    let payment = &receipt.payment;
    let reversed = payment.state() == PaymentState::Reversed;
    html! {
        <dl class="lines">
            { line(ui.t.receipt_gross, payment.gross_amount.as_ref()) }
            { for payment.redemptions.iter().map(|redemption| discount(ui, redemption)) }
            <div class="line line-total">
                <dt>{ ui.t.receipt_paid }</dt>
                <dd class="money">{ payment.amount_due.as_ref().map(amount).unwrap_or_default() }</dd>
            </div>
            { for payment.refunds.iter().map(|refund| line(ui.t.receipt_refund, refund.refunded_amount.as_ref())) }
            if let Some(balance) = receipt.balance_after.as_ref().filter(|_| !reversed && payment.refunds.is_empty()) {
                { line(ui.t.receipt_balance_after, Some(balance)) }
            }
        </dl>
    }
}

fn line(name: &'static str, money: Option<&v1::Money>) -> Html {
    html! {
        <div class="line">
            <dt>{ name }</dt>
            <dd class="money">{ money.map(amount).unwrap_or_default() }</dd>
        </div>
    }
}

/// One coupon, and what it was redeemed on.
fn discount(ui: Ui<'_>, redemption: &v1::CouponRedemption) -> Html {
    let title = match ui.lang.pick(redemption.title.as_ref()) {
        "" => format!("{} {}", ui.t.receipt_coupon, redemption.offer_number),
        title => title.to_owned(),
    };
    let currency_code = redemption
        .lines
        .iter()
        .find_map(|line| line.discount.as_ref())
        .map(|money| money.currency_code.clone())
        .unwrap_or_default();
    let off_minor = redemption
        .lines
        .iter()
        .filter_map(|line| line.discount.as_ref())
        .fold(0_i64, |sum, money| sum.saturating_add(money.minor_units));
    let items = redemption.lines.iter().map(|line| {
        let price = line.unit_price.as_ref().map(short_amount).unwrap_or_default();
        format!("{} × {price}", line.units)
    });
    html! {
        <div class="line line-discount">
            <dt>
                { title }
                <span class="line-items">{ items.collect::<Vec<_>>().join(", ") }</span>
                if let Some(issuer) = payer(ui, redemption) {
                    <span class="line-items">{ ui.lang.paid_by(&issuer) }</span>
                }
            </dt>
            <dd class="money">{ amount(&v1::Money { currency_code, minor_units: -off_minor }) }</dd>
        </div>
    }
}

/// The manufacturer that pays for the discount.
fn payer(ui: Ui<'_>, redemption: &v1::CouponRedemption) -> Option<String> {
    let named = Some(&redemption.issuer_name).filter(|name| !name.is_empty());
    // Receipts that were kept by an earlier version don't say.
    named.or_else(|| ui.model.offer(redemption.offer_number).map(|offer| &offer.issuer_name)).cloned()
}

/// Coupons that were in the wallet and took nothing off, each with its reason.
pub(crate) fn unused_coupons(ui: Ui<'_>, receipt: &Receipt) -> Html {
    if receipt.unused.is_empty() {
        return Html::default();
    }
    let one = |unused: &Unused| {
        let title = match ui.lang.pick(unused.title.as_ref()) {
            "" => format!("{} {}", ui.t.receipt_coupon, unused.offer_number),
            title => title.to_owned(),
        };
        html! {
            <li class="unused-coupon"><span>{ title }</span><span class="line-items">{ unused_word(ui.lang, unused.reason()) }</span></li>
        }
    };
    html! {
        <details class="unused" data-test="unused">
            <summary>{ ui.lang.coupons_unused(receipt.unused.len()) }</summary>
            <ul>{ for receipt.unused.iter().map(one) }</ul>
        </details>
    }
}
