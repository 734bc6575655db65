//! The four pages, always one tap away.

use yew::prelude::*;

use super::{Ui, icons};
use crate::model::Route;

/// The bar at the bottom.
pub(crate) fn tabs(ui: Ui<'_>) -> Html {
    let tab = |route: Route, test: &'static str, icon: Html, label: &'static str| {
        let open = ui.model.route.tab() == route;
        html! {
            <a class="tab" href={route.hash()} data-test={test} aria-current={open.then_some("page")}>
                { icon }<span>{ label }</span>
            </a>
        }
    };
    html! {
        <nav class="tabs" aria-label={ui.t.pages}>
            { tab(Route::Pay, "tab-pay", icons::code(), ui.t.tab_pay) }
            { tab(Route::Offers, "tab-offers", icons::tag(), ui.t.tab_offers) }
            { tab(Route::Coupons, "tab-coupons", icons::ticket(), ui.t.tab_coupons) }
            { tab(Route::Receipts, "tab-receipts", icons::receipt(), ui.t.tab_receipts) }
        </nav>
    }
}
