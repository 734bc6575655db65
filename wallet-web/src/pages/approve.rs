//! A payment that is too large to go through by itself: yes or no, before anything else. A sheet over the page, in reach of the
//! thumb; yes is a hold, so that no pocket says it.

use proto::v1;
use shared::payment::approval::Answer;
use yew::prelude::*;

use crate::{
    components::Ui,
    i18n::{amount, problem},
    model::{Answering, Event},
};

/// The sheet.
pub(super) fn view(ui: Ui<'_>, payment: &v1::Payment) -> Html {
    let saved = payment.discount_amount.as_ref().filter(|saved| saved.minor_units > 0);
    let sent = matches!(ui.model.answering, Answering::Sent(_));
    html! {
        <div class="question-place">
            <section class="question" role="alertdialog" aria-modal="true" tabindex="-1" aria-labelledby="approve-question"
                aria-describedby="approve-what" data-test="approve">
                <div class="question-top">
                    <h2 id="approve-question">{ ui.t.approve_question }</h2>
                    <p class="pill question-time" role="timer">{ time_left(ui) }</p>
                </div>
                <div id="approve-what">
                    <p class="question-shop">{ &payment.merchant_name }</p>
                    <p class="paid-amount money" data-test="approve-due">
                        { payment.amount_due.as_ref().map(amount).unwrap_or_default() }
                    </p>
                    if let Some(saved) = saved {
                        <p class="chip money">{ ui.lang.saves(&amount(saved)) }</p>
                    }
                </div>
                { coupons(ui, payment) }
                { trouble(ui) }
                { yes(ui, sent) }
                <button class="button button-plain" data-test="approve-no" disabled={sent}
                    onclick={ui.tap(Event::AnswerTapped(Answer::Reject))}>
                    { ui.t.approve_no }
                </button>
            </section>
        </div>
    }
}

/// "2:41 left".
fn time_left(ui: Ui<'_>) -> String {
    let seconds = ui.model.seconds_to_approve();
    ui.lang.time_left(&format!("{}:{:02}", seconds / 60, seconds % 60))
}

/// What comes off, and why.
fn coupons(ui: Ui<'_>, payment: &v1::Payment) -> Html {
    let row = |redemption: &v1::CouponRedemption| {
        let off = redemption.lines.iter().filter_map(|line| line.discount.as_ref());
        let minor_units = off.clone().fold(0_i64, |sum, money| sum.saturating_sub(money.minor_units));
        let currency_code = off.map(|money| money.currency_code.clone()).next().unwrap_or_default();
        let title = match ui.lang.pick(redemption.title.as_ref()) {
            "" => format!("{} {}", ui.t.receipt_coupon, redemption.offer_number),
            title => title.to_owned(),
        };
        html! {
            <div class="line line-discount" key={redemption.offer_number}>
                <dt>{ title }</dt>
                <dd class="money">{ amount(&v1::Money { currency_code, minor_units }) }</dd>
            </div>
        }
    };
    html! {
        if !payment.redemptions.is_empty() {
            <dl class="lines question-lines" data-test="approve-coupons">{ for payment.redemptions.iter().map(row) }</dl>
        }
    }
}

fn trouble(ui: Ui<'_>) -> Html {
    let words = match &ui.model.answering {
        Answering::Failed(error) => Some(problem(ui.lang, error)),
        Answering::Unsent(_) => Some(ui.t.approve_unsent),
        Answering::Open | Answering::Holding(_) | Answering::Held | Answering::Sent(_) => None,
    };
    html! {
        <div role="alert">
            if let Some(words) = words {
                <p class="banner" data-test="approve-trouble">{ words }</p>
            }
        </div>
    }
}

/// Held by a finger, or pressed by a key or a screen reader, which don't press by mistake.
fn yes(ui: Ui<'_>, sent: bool) -> Html {
    let pointer = |event: Event| {
        let send = ui.send.clone();
        Callback::from(move |_: PointerEvent| send.emit(event.clone()))
    };
    let pressed = {
        let send = ui.send.clone();
        Callback::from(move |click: MouseEvent| {
            // Clicks that no pointer made count none [UI Events, 5.3.1.2].
            if click.detail() == 0 {
                send.emit(Event::AnswerTapped(Answer::Approve));
            }
        })
    };
    let no_menu = Callback::from(|menu: MouseEvent| menu.prevent_default());
    let (holding, words) = match ui.model.answering {
        Answering::Holding(_) => (true, ui.t.approve_hold),
        Answering::Held => (true, ui.t.approve_let_go),
        Answering::Sent(_) => (false, ui.t.approve_sending),
        Answering::Open | Answering::Unsent(_) | Answering::Failed(_) => (false, ui.t.approve_hold),
    };
    html! {
        <button class={classes!("button", "button-large", "hold", holding.then_some("holding"))} data-test="approve-yes"
            disabled={sent} onpointerdown={pointer(Event::HoldBegan)} onpointerup={pointer(Event::HoldEnded)}
            onpointercancel={pointer(Event::HoldSlipped)} onpointerleave={pointer(Event::HoldSlipped)} onclick={pressed}
            oncontextmenu={no_menu}>
            <span>{ words }</span>
        </button>
    }
}
