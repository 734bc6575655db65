//! Thousands of offers, and the few that the shopper looks for.

use proto::convert::time_to_wire;
use shared::{reason::Reason, time::UnixMillis};

use super::*;
use crate::model::{
    Event,
    tests::{Phone, cny, offline, refused},
};

fn offer(offer_number: u32, title: &str, zh: &str) -> v1::Offer {
    let amount = cny(i64::from(offer_number % 100) * 100);
    v1::Offer {
        offer_number,
        issuer_name: "Silk".to_owned(),
        title: Some(v1::LocalizedText { en: title.to_owned(), zh: zh.to_owned() }),
        terms: Some(v1::Terms {
            reward: Some(v1::terms::Reward::AmountOff(v1::AmountOff { amount })),
            ends_at: Some(time_to_wire(UnixMillis(2_000_000_000_000 - i64::from(offer_number)))),
            ..Default::default()
        }),
        clippable: true,
        gpc_code: 53_000_000,
        ..Default::default()
    }
}

fn page(offers: Vec<v1::Offer>, next: &str) -> BrowseEvent {
    let shops = vec![v1::Shop { merchant_id: "M1001".to_owned(), name: "Corner Market".to_owned() }];
    BrowseEvent::Came(Ok(Box::new(OffersPage { offers, next_page_token: next.to_owned(), shops })))
}

impl Phone {
    fn browse(&mut self, event: BrowseEvent) -> &mut Self {
        self.on(Event::Browse(event))
    }

    /// A wallet without coupons that has read these offers.
    fn reading(offers: Vec<v1::Offer>) -> Self {
        let mut phone = Self::open();
        phone.model.memory.coupons.clear();
        phone.browse(page(offers, ""));
        phone
    }

    fn finds(&mut self, event: BrowseEvent, expect: &[u32]) {
        self.browse(event);
        let found: Vec<u32> = self.model.found().iter().map(|offer| offer.offer_number).collect();
        assert_eq!(found, expect);
    }
}

#[test]
fn offers_come_page_by_page_and_the_first_are_shown_at_once() {
    let mut phone = Phone::open();
    phone.model.memory.coupons.clear();
    assert!(phone.model.offers_awaited());
    phone.browse(page(vec![offer(1, "Soap", "香皂")], "2"));
    assert!(phone.did(|effect| matches!(effect, Effect::ListOffers(token) if token == "2")));
    assert_eq!(phone.model.offers().len(), 1);
    phone.browse(page(vec![offer(2, "Rice", "大米")], ""));
    assert!(phone.did(|effect| matches!(effect, Effect::SaveLibrary)));
    assert_eq!(phone.model.offers().len(), 2);
    assert_eq!(phone.model.shop_name("M1001"), Some("Corner Market"));

    phone.on(Event::Went(Route::Coupons)).on(Event::Went(Route::Offers));
    assert!(!phone.did(|effect| matches!(effect, Effect::ListOffers(_))), "they are fresh");
    phone.after(60_000).on(Event::Went(Route::Coupons)).on(Event::Went(Route::Offers));
    assert!(phone.did(|effect| matches!(effect, Effect::ListOffers(token) if token.is_empty())));
    phone.browse(BrowseEvent::Came(offline()));
    assert_eq!(phone.model.offers().len(), 2, "those of before are still there");
}

#[test]
fn offers_are_found_by_words_in_either_language_by_kind_and_by_shop() {
    let mut rice = offer(2, "Jasmine Rice 5 kg", "茉莉香米");
    rice.gpc_code = 50_000_000;
    rice.terms.as_mut().unwrap().merchant_ids = vec!["M1001".to_owned()];
    let mut phone = Phone::reading(vec![offer(1, "Silk Soap", "香皂"), rice, offer(3, "Shampoo", "洗发水")]);
    let words = |text: &str| BrowseEvent::Searched(text.to_owned());
    phone.finds(words(""), &[1, 2, 3]);
    phone.finds(words("soap SILK"), &[1]);
    phone.finds(words("香米"), &[2]);
    phone.finds(words("silk"), &[1, 2, 3]);
    phone.finds(words("tea"), &[]);
    phone.finds(BrowseEvent::Cleared, &[1, 2, 3]);
    assert_eq!(phone.model.categories(), [Category::Food, Category::Care]);
    phone.finds(BrowseEvent::CategoryChosen(Some(Category::Food)), &[2]);
    phone.finds(BrowseEvent::CategoryChosen(None), &[1, 2, 3]);
    phone.finds(BrowseEvent::ShopChosen(Some("M1002".to_owned())), &[1, 3]);
    phone.finds(BrowseEvent::ShopChosen(Some("M1001".to_owned())), &[1, 2, 3]);
    phone.finds(BrowseEvent::OrderChosen(Order::EndsSoon), &[3, 2, 1]);
    phone.finds(BrowseEvent::OrderChosen(Order::WorthMost), &[3, 2, 1]);
    phone.finds(BrowseEvent::OrderChosen(Order::Newest), &[1, 2, 3]);
}

#[test]
fn an_offer_that_has_run_out_leaves_the_list_and_says_so() {
    let mut phone = Phone::reading(vec![offer(1, "Soap", ""), offer(2, "Rice", "")]);
    phone.on(Event::ClipTapped(1)).on(Event::Clipped(1, Err(refused(Reason::OfferExhausted))));
    assert_eq!(phone.model.offers().len(), 1);
    assert!(phone.model.notice.is_some());
}

#[test]
fn of_thousands_only_the_rows_around_the_screen_are_drawn() {
    let mut phone = Phone::reading((1..=5_000).map(|n| offer(n, "Soap", "香皂")).collect());
    assert_eq!(phone.model.found().len(), 5_000);
    assert_eq!(phone.model.rows(5_000), 0..50);
    phone.browse(BrowseEvent::Scrolled(1_234));
    assert_eq!(phone.model.rows(5_000), 1_220..1_270);
    phone.browse(BrowseEvent::Scrolled(4_999));
    assert_eq!(phone.model.rows(5_000), 4_960..5_000);
    assert_eq!(phone.model.rows(3), 0..3);
    phone.browse(BrowseEvent::Searched("soap".to_owned()));
    assert_eq!(phone.model.rows(5_000), 0..50, "a new search begins at the top");
}

#[test]
fn an_offer_over_the_list_leaves_the_list_where_it_was() {
    let mut phone = Phone::reading((1..=100).map(|n| offer(n, "Soap", "香皂")).collect());
    phone.browse(BrowseEvent::Scrolled(50)).on(Event::Went(Route::Offer(55)));
    assert_eq!(phone.model.first_row, 50);
    assert_eq!(phone.model.offer(55).map(|offer| offer.offer_number), Some(55));
    phone.on(Event::Went(Route::Offers));
    assert_eq!(phone.model.first_row, 50);
    phone.on(Event::Went(Route::Coupons));
    assert_eq!(phone.model.first_row, 0);
}
