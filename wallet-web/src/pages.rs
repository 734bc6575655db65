//! The pages: what is shown, and nothing else. What a tap does is the model's.

mod account;
mod approve;
mod coupons;
mod offer;
mod offers;
mod paid;
mod pay;
mod receipts;
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
                { sheet(ui) }
                { notice(ui) }
                if model.recovery.code.is_none() {
                    { tabs(ui) }
                }
            </div>
        },
    }
}

/// What lies over the page, unless something more urgent is in its place.
fn sheet(ui: Ui<'_>) -> Html {
    let model = ui.model;
    match model.route {
        Route::Offer(number) | Route::Coupon(number)
            if model.waiting().is_none() && model.recovery.code.is_none() =>
        {
            offer::sheet(ui, number)
        }
        _ => Html::default(),
    }
}

fn page(ui: Ui<'_>) -> Html {
    if let Some(payment) = ui.model.waiting() {
        return approve::view(ui, payment);
    }
    if let Some(code) = &ui.model.recovery.code {
        return account::recovery::shown(ui, code);
    }
    match (&ui.model.route, &ui.model.pay) {
        (Route::Pay, Pay::Code(screen)) => pay::view(ui, screen),
        (Route::Pay, Pay::Paid { payment_id }) => paid::view(ui, payment_id),
        (Route::Home | Route::Pay | Route::Link(_) | Route::Recover, _) => html! { <main /> },
        (Route::Offers | Route::Offer(_), _) => offers::view(ui),
        (Route::Coupons | Route::Coupon(_), _) => coupons::view(ui),
        (Route::Receipts, _) => receipts::list(ui),
        (Route::Receipt(id), _) => receipts::one(ui, id),
        (Route::Settings, _) => account::view(ui),
        (Route::Devices, _) => account::devices::view(ui),
        (Route::Recovery, _) => account::recovery::view(ui),
        (Route::Closing, _) => account::closing::view(ui),
    }
}
