//! The pages: what is shown, and nothing else. What a tap does is the model's.

mod account;
mod approve;
mod coupons;
mod offer;
mod offers;
mod paid;
mod pay;
mod picker;
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
                // What lies under a question can't be reached before it is answered.
                <div class="under" inert={ui.model.waiting().is_some()}>
                    { page(ui) }
                    { sheet(ui) }
                    { notice(ui) }
                    if model.recovery.code.is_none() {
                        { tabs(ui) }
                    }
                </div>
                if let Some(payment) = ui.model.waiting() {
                    { approve::view(ui, payment) }
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

/// What the browser calls the page.
pub(crate) fn title(model: &Model) -> String {
    const NAME: &str = "OneScan";
    let t = model.lang.texts();
    let page = match (&model.stage, &model.route) {
        (Stage::Inside, _) if model.waiting().is_some() => t.approve_title,
        (Stage::Inside, Route::Pay) => t.tab_pay,
        (Stage::Inside, _) if model.recovery.code.is_some() => model.lang.account().recovery,
        (Stage::Inside, Route::Offers | Route::Offer(_)) => t.tab_offers,
        (Stage::Inside, Route::Coupons | Route::Coupon(_)) => t.tab_coupons,
        (Stage::Inside, Route::Receipts | Route::Receipt(_)) => t.tab_receipts,
        (Stage::Inside, Route::Settings) => model.lang.account().title,
        (Stage::Inside, Route::Devices) => model.lang.account().devices,
        (Stage::Inside, Route::Recovery) => model.lang.account().recovery,
        (Stage::Inside, Route::Closing) => model.lang.account().close_title,
        (Stage::Inside, Route::Home | Route::Link(_) | Route::Recover)
        | (Stage::Starting | Stage::Welcome { .. }, _) => {
            return NAME.to_owned();
        }
    };
    format!("{page} · {NAME}")
}

fn page(ui: Ui<'_>) -> Html {
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
