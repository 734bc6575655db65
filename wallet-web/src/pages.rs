//! The pages: what is shown, and nothing else. What a tap does is the model's.

mod approve;
mod coupons;
mod offers;
mod paid;
mod pay;
mod picker;
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
                // What lies under a question can't be reached before it is answered.
                <div class="under" inert={ui.model.waiting().is_some()}>
                    { page(ui) }
                    { notice(ui) }
                    { tabs(ui) }
                </div>
                if let Some(payment) = ui.model.waiting() {
                    { approve::view(ui, payment) }
                }
            </div>
        },
    }
}

/// What the browser calls the page.
pub(crate) fn title(model: &Model) -> String {
    const NAME: &str = "OneScan";
    let t = model.lang.texts();
    let page = match (&model.stage, &model.route) {
        (Stage::Inside, _) if model.waiting().is_some() => t.approve_title,
        (Stage::Inside, Route::Pay) => t.tab_pay,
        (Stage::Inside, Route::Offers) => t.tab_offers,
        (Stage::Inside, Route::Coupons) => t.tab_coupons,
        (Stage::Inside, Route::Receipts | Route::Receipt(_)) => t.tab_receipts,
        (Stage::Inside, Route::Settings) => t.settings,
        (Stage::Inside, Route::Home) | (Stage::Starting | Stage::Welcome { .. }, _) => {
            return NAME.to_owned();
        }
    };
    format!("{page} · {NAME}")
}

fn page(ui: Ui<'_>) -> Html {
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
