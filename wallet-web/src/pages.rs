//! The pages: what is shown, and nothing else. What a tap does is the model's.

mod approve;
mod coupons;
mod offers;
mod paid;
mod pay;
mod receipts;
mod settings;
mod welcome;

use yew::prelude::*;

use crate::{
    components::{Ui, icons, notice, tabs},
    model::{Event, Model, Pay, Route, Stage},
};

/// The page that the model is at.
pub(crate) fn view(model: &Model, send: &Callback<Event>) -> Html {
    let ui = Ui::new(model, send);
    match &model.stage {
        Stage::Starting => html! { <div class="splash">{ icons::logo() }</div> },
        Stage::Welcome { opening, problem } => welcome::view(ui, *opening, problem.as_ref()),
        Stage::Inside => html! {
            <div class="wallet">
                { page(ui) }
                { notice(ui) }
                { tabs(ui) }
            </div>
        },
    }
}

fn page(ui: Ui<'_>) -> Html {
    if let Some(payment) = ui.model.waiting() {
        return approve::view(ui, payment);
    }
    match (&ui.model.route, &ui.model.pay) {
        (Route::Pay, Pay::Code(screen)) => pay::view(ui, screen),
        (Route::Pay, Pay::Paid { payment_id }) => paid::view(ui, payment_id),
        (Route::Home | Route::Pay, _) => html! { <main /> },
        (Route::Offers, _) => offers::view(ui),
        (Route::Coupons, _) => coupons::view(ui),
        (Route::Receipts, _) => receipts::list(ui),
        (Route::Receipt(id), _) => receipts::one(ui, id),
        (Route::Settings, _) => settings::view(ui),
    }
}
