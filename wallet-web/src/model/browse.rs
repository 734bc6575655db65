//! The offers page: thousands of offers, read page by page, found by category, shop and words, in the order that the shopper likes.

mod category;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use proto::v1;

use super::{Effect, Model, Route, Stage, feed::Turn, link};
use crate::{
    api::{CallError, OffersPage},
    i18n::most,
};

pub use category::Category;

/// Rows of a list that are drawn at a time, however long it is.
const ROWS_DRAWN: usize = 40;
/// Rows drawn above the first that can be seen.
const ROWS_ABOVE: usize = 10;

/// What the shopper looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Browse {
    /// Words that the offer must have.
    pub query: String,
    /// Only offers of this kind.
    pub category: Option<Category>,
    /// Only offers that this shop honours, by its id.
    pub shop: Option<String>,
    /// What comes first.
    pub order: Order,
}

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest.
    #[default]
    Newest,
    /// What ends first.
    EndsSoon,
    /// What saves most at the most.
    WorthMost,
}

impl Order {
    /// All, as they are offered.
    pub const ALL: [Self; 3] = [Self::Newest, Self::EndsSoon, Self::WorthMost];
}

/// Something happened on the offers page.
#[derive(Debug, Clone)]
pub enum BrowseEvent {
    /// The shopper typed in the search.
    Searched(String),
    /// The shopper chose a category, or all.
    CategoryChosen(Option<Category>),
    /// The shopper chose a shop, or all.
    ShopChosen(Option<String>),
    /// The shopper chose an order.
    OrderChosen(Order),
    /// The shopper wants to see everything again.
    Cleared,
    /// The shopper closed the sheet over a list.
    SheetClosed,
    /// The first row that can be seen of a long list is now this.
    Scrolled(usize),
    /// The provider answered with a page of offers.
    Came(Result<Box<OffersPage>, CallError>),
}

impl Model {
    /// Every offer to show: those that can be clipped, and those that are clipped.
    pub fn offers(&self) -> Vec<&v1::Offer> {
        let listed = match self.library.offers.is_empty() {
            // The first time, what has come so far is better than nothing.
            true => self.offers_feed.gathered(),
            false => &self.library.offers,
        };
        let clipped = self.memory.coupons.iter().filter_map(|coupon| coupon.offer.as_ref());
        let mut seen = BTreeSet::new();
        let all = listed.iter().filter(|offer| offer.clippable).chain(clipped);
        all.filter(|offer| seen.insert(offer.offer_number)).collect()
    }

    /// An offer by its number.
    pub fn offer(&self, offer_number: u32) -> Option<&v1::Offer> {
        let clipped = self.coupon_of(offer_number).and_then(|coupon| coupon.offer.as_ref());
        let listed = || self.library.offers.iter().chain(self.offers_feed.gathered());
        clipped.or_else(|| listed().find(|offer| offer.offer_number == offer_number))
    }

    /// The offers that the shopper looks for, in the order wanted.
    pub fn found(&self) -> Vec<&v1::Offer> {
        let Browse { query, category, shop, order } = &self.browse;
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let now = self.provider_now();
        let mut found = self.offers();
        found.retain(|offer| {
            category.is_none_or(|category| Category::of(offer.gpc_code) == category)
                && shop.as_ref().is_none_or(|shop| honoured(offer, shop))
                && has_words(offer, &words)
                && ends_ms(offer) > now.0
        });
        match order {
            Order::Newest => {}
            Order::EndsSoon => found.sort_by_key(|offer| ends_ms(offer)),
            Order::WorthMost => found.sort_by_key(|offer| std::cmp::Reverse(worth_minor(offer))),
        }
        found
    }

    /// The offers of the clipped coupons, those that end first first.
    pub fn coupons_by_end(&self) -> Vec<&v1::Offer> {
        let coupons = self.memory.coupons.iter();
        let mut offers: Vec<&v1::Offer> = coupons.filter_map(|coupon| coupon.offer.as_ref()).collect();
        offers.sort_by_key(|offer| ends_ms(offer));
        offers
    }

    /// The categories of which there are offers.
    pub fn categories(&self) -> Vec<Category> {
        let there: BTreeSet<Category> =
            self.offers().into_iter().map(|offer| Category::of(offer.gpc_code)).collect();
        there.into_iter().collect()
    }

    /// The name of a shop, where an offer is limited to it.
    pub fn shop_name(&self, merchant_id: &str) -> Option<&str> {
        let known = |shop: &&v1::Shop| shop.merchant_id == merchant_id;
        self.library.shops.iter().find(known).map(|shop| shop.name.as_str())
    }

    /// Whether offers are being read of which nothing can be shown yet.
    pub fn offers_awaited(&self) -> bool {
        self.library.offers.is_empty() && !self.offers_feed.was_read()
    }

    /// Which rows of a list of `total` to draw.
    pub fn rows(&self, total: usize) -> std::ops::Range<usize> {
        let first = self.first_row.saturating_sub(ROWS_ABOVE).min(total.saturating_sub(ROWS_DRAWN));
        // Moves in steps, so that not each row that passes draws the page anew.
        let first = first / ROWS_ABOVE * ROWS_ABOVE;
        first..(first + ROWS_DRAWN + ROWS_ABOVE).min(total)
    }
}

pub(super) fn on(model: &mut Model, event: BrowseEvent) -> Vec<Effect> {
    match event {
        BrowseEvent::Searched(query) => model.browse.query = query,
        BrowseEvent::CategoryChosen(category) => model.browse.category = category,
        BrowseEvent::ShopChosen(shop) => model.browse.shop = shop,
        BrowseEvent::OrderChosen(order) => model.browse.order = order,
        BrowseEvent::Cleared => model.browse = Browse::default(),
        BrowseEvent::Scrolled(row) => {
            model.first_row = row;
            return vec![];
        }
        BrowseEvent::SheetClosed => return vec![Effect::Replace(model.route.base())],
        BrowseEvent::Came(outcome) => return came(model, outcome),
    }
    model.first_row = 0;
    vec![]
}

/// Reads the offers, where they are wanted and what is known is old.
pub(super) fn read_offers(model: &mut Model) -> Vec<Effect> {
    let wanted = model.stage == Stage::Inside && model.route.base() == Route::Offers;
    if wanted && model.offers_feed.begins(model.now) {
        return vec![Effect::ListOffers(String::new())];
    }
    vec![]
}

fn came(model: &mut Model, outcome: Result<Box<OffersPage>, CallError>) -> Vec<Effect> {
    let page = match outcome {
        Ok(page) => *page,
        Err(error) => {
            model.offers_feed.fail();
            return link::failed(model, &error);
        }
    };
    link::heard(model);
    for shop in page.shops {
        let known = model.library.shops.iter_mut().find(|known| known.merchant_id == shop.merchant_id);
        match known {
            Some(known) => *known = shop,
            None => model.library.shops.push(shop),
        }
    }
    match model.offers_feed.turn(page.offers, page.next_page_token, model.now) {
        Turn::More(token) => vec![Effect::ListOffers(token)],
        Turn::Whole(offers) => {
            model.library.offers = offers;
            vec![Effect::SaveLibrary]
        }
    }
}

/// An offer that the provider no longer gives.
pub(super) fn gone(model: &mut Model, offer_number: u32) -> Vec<Effect> {
    model.library.offers.retain(|offer| offer.offer_number != offer_number);
    vec![Effect::SaveLibrary]
}

/// Whether a shop honours it, as far as shops are named; which branch the shopper goes to is not known.
fn honoured(offer: &v1::Offer, shop: &str) -> bool {
    offer.terms.as_ref().is_some_and(|terms| {
        let everywhere = terms.merchant_ids.is_empty() && terms.branch_glns.is_empty();
        everywhere || terms.merchant_ids.iter().any(|id| id == shop)
    })
}

/// Each word stands somewhere in title, description, manufacturer or item numbers, in either language.
fn has_words(offer: &v1::Offer, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts = [offer.title.as_ref(), offer.description.as_ref()];
    let mut text = offer.issuer_name.to_lowercase();
    for part in texts.into_iter().flatten().flat_map(|text| [&text.en, &text.zh]) {
        text.push('\n');
        text.push_str(&part.to_lowercase());
    }
    let numbers = || offer.terms.iter().flat_map(|terms| &terms.requirements).flat_map(|of| &of.gtins);
    words.iter().all(|word| text.contains(word.as_str()) || numbers().any(|number| number == word))
}

/// When it ends, in ms; what says no end comes last.
fn ends_ms(offer: &v1::Offer) -> i64 {
    let ends_at = offer.terms.as_ref().and_then(|terms| terms.ends_at.as_ref());
    proto::convert::time_from_wire("ends_at", ends_at).map_or(i64::MAX, |at| at.0)
}

/// The most that it saves, in minor units.
fn worth_minor(offer: &v1::Offer) -> i64 {
    let reward = offer.terms.as_ref().and_then(|terms| terms.reward.as_ref());
    reward.and_then(most).map_or(0, |most| most.minor_units)
}
