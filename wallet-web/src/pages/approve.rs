//! A payment that is too large to go through by itself: yes or no, before anything else.

use proto::v1;
use shared::payment::approval::Answer;
use yew::prelude::*;

use crate::{
    components::{Ui, dates, header},
    i18n::{amount, problem},
    model::{Answering, Event},
};

/// The page.
pub(super) fn view(ui: Ui<'_>, payment: &v1::Payment) -> Html {
    let saved = payment.discount_amount.as_ref().filter(|saved| saved.minor_units > 0);
    let until = dates::instant(payment.approval_expires_at.as_ref());
    let sent = ui.model.answering == Answering::Sent;
    let answer = |answer| ui.tap(Event::AnswerTapped(answer));
    html! {
        <main>
            { header(ui, ui.t.approve_title, None) }
            <article class="paid approve" data-test="approve">
                <div class="paid-head" role="alertdialog" aria-labelledby="approve-question" aria-live="assertive">
                    <p class="paid-word" id="approve-question">{ ui.t.approve_question }</p>
                    <p class="paid-amount money" data-test="approve-due">
                        { payment.amount_due.as_ref().map(amount).unwrap_or_default() }
                    </p>
                    <p class="paid-shop">{ &payment.merchant_name }</p>
                    if let Some(saved) = saved {
                        <p class="chip money">{ ui.lang.saves(&amount(saved)) }</p>
                    }
                    if let Some(until) = until {
                        <p class="approve-until">{ ui.lang.approve_until(&dates::clock(until)) }</p>
                    }
                </div>
                if let Answering::Failed(error) = &ui.model.answering {
                    <p class="banner" role="alert">{ problem(ui.lang, error) }</p>
                }
                <button class="button button-large" data-test="approve-yes" disabled={sent} onclick={answer(Answer::Approve)}>
                    { if sent { ui.t.approve_sending } else { ui.t.approve_yes } }
                </button>
                <button class="button button-quiet button-large" data-test="approve-no" disabled={sent} onclick={answer(Answer::Reject)}>
                    { ui.t.approve_no }
                </button>
            </article>
        </main>
    }
}
