//! The code has paid: the Pay screen turns into the receipt by itself.

use proto::v1::PaymentState;
use yew::prelude::*;

use crate::{
    components::{Ui, header, receipt_lines, unused_coupons},
    i18n::{amount, state_word},
    model::Event,
};

/// The page.
pub(super) fn view(ui: Ui<'_>, payment_id: &str) -> Html {
    let Some(receipt) = ui.model.receipt(payment_id) else { return html! { <main /> } };
    let payment = &receipt.payment;
    let reversed = payment.state() == PaymentState::Reversed;
    let saved = payment.discount_amount.as_ref().filter(|saved| saved.minor_units > 0 && !reversed);
    html! {
        <main>
            { header(ui, ui.t.tab_pay, None) }
            <article class="paid" data-test="receipt">
                <div class="paid-head" role="status" aria-live="assertive">
                    <svg class={classes!("tick", reversed.then_some("tick-reversed"))} viewBox="0 0 96 96" aria-hidden="true">
                        <circle class="tick-disc" cx="48" cy="48" r="44" />
                        if reversed {
                            <path class="tick-line" pathLength="100" d="M33 33l30 30M63 33L33 63" />
                        } else {
                            <path class="tick-line" pathLength="100" d="M29 50l13 13 26-28" />
                        }
                    </svg>
                    <p class={classes!("paid-word", reversed.then_some("paid-not"))} data-test={if reversed { "paid-cancelled" } else { "paid-word" }}>{ state_word(ui.lang, payment.state()) }</p>
                    <p class={classes!("paid-amount", "money", reversed.then_some("struck"))} data-test="receipt-paid">
                        { payment.amount_due.as_ref().map(amount).unwrap_or_default() }
                    </p>
                    <p class="paid-shop">{ &payment.merchant_name }</p>
                    if reversed {
                        <p>{ ui.t.receipt_reversed }</p>
                    }
                    if let Some(saved) = saved {
                        <p class="chip money" data-test="receipt-saved">{ ui.lang.saved(&amount(saved)) }</p>
                    }
                </div>
                <div class="card receipt-card">{ receipt_lines(ui, receipt) }{ unused_coupons(ui, receipt) }</div>
                <button class="button button-large" data-test="done" onclick={ui.tap(Event::NewCodeTapped)}>
                    { ui.t.done }
                </button>
            </article>
        </main>
    }
}
