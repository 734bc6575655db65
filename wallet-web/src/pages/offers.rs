//! Offers to clip: found by words, kind of goods and shop, in the order that the shopper likes.

use proto::v1;
use yew::prelude::*;

use super::account;
use crate::{
    components::{OFFER_ROW, Place, Ui, empty, header, icons, long_list, offer_card},
    i18n::{category_word, order_word},
    model::{BrowseEvent, Category, Connection, Event, Order, Route},
};

/// The page.
pub(super) fn view(ui: Ui<'_>) -> Html {
    let found = ui.model.found();
    let any = !found.is_empty() || !ui.model.offers().is_empty();
    html! {
        <main>
            { header(ui, ui.t.tab_offers, None) }
            { account::reminder(ui) }
            if any {
                { search(ui) }
                { categories(ui) }
                { choices(ui, found.len()) }
            }
            if !found.is_empty() {
                { long_list(ui, "cards offers", OFFER_ROW, &found, |offer, place| card(ui, offer, place)) }
            } else if any {
                { nothing_found(ui) }
            } else {
                { nothing(ui) }
            }
        </main>
    }
}

fn nothing(ui: Ui<'_>) -> Html {
    match ui.model.connection {
        Connection::Offline => empty(icons::tag(), ui.t.offline, ui.t.offers_empty_offline, None),
        _ if ui.model.offers_awaited() => {
            html! { <p class="waiting" role="status" data-test="waiting">{ ui.lang.offers().loading }</p> }
        }
        _ => empty(icons::tag(), ui.lang.offers().none, ui.t.offers_empty, None),
    }
}

fn nothing_found(ui: Ui<'_>) -> Html {
    let words = ui.lang.offers();
    html! {
        <div class="empty" data-test="nothing-found">
            <h2>{ words.nothing_found }</h2>
            <p>{ words.nothing_found_text }</p>
            <button class="button" data-test="show-all" onclick={ui.tap(Event::Browse(BrowseEvent::Cleared))}>
                { words.show_all }
            </button>
        </div>
    }
}

fn search(ui: Ui<'_>) -> Html {
    html! {
        <div class="search" role="search">
            { icons::search() }
            <input type="search" aria-label={ui.lang.offers().search} placeholder={ui.lang.offers().search} data-test="search-offers"
                autocomplete="off" enterkeyhint="search" value={ui.model.browse.query.clone()}
                oninput={ui.typed(|text| Event::Browse(BrowseEvent::Searched(text)))} />
        </div>
    }
}

fn categories(ui: Ui<'_>) -> Html {
    let there = ui.model.categories();
    if there.len() < 2 {
        return Html::default();
    }
    let chip = |category: Option<Category>| {
        let chosen = ui.model.browse.category == category;
        let word = category.map_or(ui.lang.offers().all, |category| category_word(ui.lang, category));
        html! {
            <button class="filter" aria-pressed={chosen.to_string()} data-test={format!("category-{category:?}")}
                onclick={ui.tap(Event::Browse(BrowseEvent::CategoryChosen(category)))}>{ word }</button>
        }
    };
    html! {
        <div class="filters" role="group" aria-label={ui.lang.offers().category}>
            { chip(None) }
            { for there.into_iter().map(|category| chip(Some(category))) }
        </div>
    }
}

fn choices(ui: Ui<'_>, count: usize) -> Html {
    let words = ui.lang.offers();
    let order = ui.chosen(|value| {
        let place: usize = value.parse().unwrap_or_default();
        Event::Browse(BrowseEvent::OrderChosen(Order::ALL.get(place).copied().unwrap_or_default()))
    });
    let shop =
        ui.chosen(|value| Event::Browse(BrowseEvent::ShopChosen(Some(value).filter(|id| !id.is_empty()))));
    let (open_order, open_shop) =
        (ui.model.browse.order, ui.model.browse.shop.as_deref().unwrap_or_default());
    html! {
        <div class="choices">
            <p class="choices-count" role="status" data-test="offers-found">{ ui.lang.offers_found(count) }</p>
            if !ui.model.library.shops.is_empty() {
                <select aria-label={words.shop} onchange={shop} data-test="shop">
                    <option value="" selected={open_shop.is_empty()}>{ words.every_shop }</option>
                    { for ui.model.library.shops.iter().map(|shop| html! {
                        <option value={shop.merchant_id.clone()} selected={open_shop == shop.merchant_id}>{ &shop.name }</option>
                    }) }
                </select>
            }
            <select aria-label={words.order} onchange={order} data-test="order">
                { for Order::ALL.into_iter().zip(0..).map(|(order, place): (Order, usize)| html! {
                    <option value={place.to_string()} selected={open_order == order}>{ order_word(ui.lang, order) }</option>
                }) }
            </select>
        </div>
    }
}

fn card(ui: Ui<'_>, offer: &v1::Offer, place: Place) -> Html {
    let number = offer.offer_number;
    let test = format!("clip-{number}");
    let working = ui.model.working.contains(&number);
    let title = ui.lang.pick(offer.title.as_ref());
    let action = if ui.model.coupon_of(number).is_some() {
        html! {
            <button class="clipped" data-test={test} disabled={working} aria-pressed="true"
                aria-label={format!("{}: {title}", ui.t.clipped)} onclick={ui.tap(Event::UnclipTapped(number))}>
                { icons::check() }{ ui.t.clipped }
            </button>
        }
    } else if ui.model.had.contains(&number) {
        html! { <span class="had" data-test={test}>{ ui.t.had }</span> }
    } else {
        html! {
            <button class="button button-small" data-test={test} disabled={working}
                aria-label={format!("{}: {title}", ui.t.clip)} onclick={ui.tap(Event::ClipTapped(number))}>{ ui.t.clip }</button>
        }
    };
    offer_card(ui, offer, Some(place), &Route::Offer(number), action)
}
