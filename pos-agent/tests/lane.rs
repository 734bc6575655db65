//! One checkout of a lane: what each event makes of it, at each point of its way.

#![allow(clippy::unwrap_used)]

use pos_agent::{
    lane::{Checkout, Effect, End, Event, Order, State},
    machine::{CallError, Hindrance, Machine, Outcome},
    sale::{AppliedCoupon, BareToken, Priced},
    words::{self, Lang},
};
use proto::{status::Failure, v1::Payment};
use shared::{
    basket::{Basket, Line},
    code::{TokenNumber, UnsignedCode},
    gs1::Gtin,
    ids::OfferNumber,
    money::{Currency, Money},
    offer::Refusal,
    payment::{Applied, RedeemedLine, Redemption},
    reason::Reason,
};

const SHAMPOO_OFF: OfferNumber = OfferNumber(100_001);

fn order() -> Order {
    let line = shampoo();
    Order {
        basket: Basket::new(Currency::CNY, vec![line]).unwrap(),
        sold: vec![],
        reference: "17".into(),
        confirm_amount: false,
        drop_refused: false,
    }
}

fn shampoo() -> Line {
    Line { gtin: Gtin::parse("6901234567892").unwrap(), units: 1, unit_price_minor: 3000, grams: 0 }
}

fn code() -> String {
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(900_000_000_000_000_001).unwrap(),
        language: None,
        issued_at: 1_790_000_000,
        claims: Vec::new(),
    };
    unsigned.sign_with([7; 64]).encode()
}

fn scanned() -> Event {
    Event::Scanned(code())
}

/// A price with 5.00 off, or without.
fn price(off_minor: i64) -> Event {
    let redemption = Redemption {
        offer_number: SHAMPOO_OFF,
        lines: vec![RedeemedLine { line: shampoo(), discount_minor: off_minor }],
    };
    let applied = Applied { redemption, line_indexes: vec![0] };
    let coupon = AppliedCoupon { title: Default::default(), applied };
    let cny = |minor| Money::new(Currency::CNY, minor);
    Event::Priced(Priced {
        gross: cny(3000),
        discount: cny(off_minor),
        due: cny(3000 - off_minor),
        applied: if off_minor > 0 { vec![coupon] } else { vec![] },
        refused: vec![],
        exact: true,
    })
}

fn asked() -> Event {
    Event::Asked("p1".into())
}

fn goes_on(machine: Machine) -> Event {
    Event::Progress(machine)
}

fn ended(outcome: Outcome) -> Event {
    goes_on(Machine::Ended(outcome))
}

fn declined(reason: Reason) -> Event {
    ended(Outcome::Declined(Failure::new(reason, "")))
}

fn coupons_refused() -> Event {
    let refusals = vec![(SHAMPOO_OFF, Refusal::AlreadyRedeemed)];
    ended(Outcome::Declined(Failure { refusals, ..Failure::new(Reason::CouponRefused, "") }))
}

fn approving() -> Event {
    goes_on(Machine::Approving { lost: 0, allowed: None })
}

fn reversing() -> Event {
    goes_on(Machine::Reversing { tries: 1 })
}

fn paid() -> Event {
    ended(Outcome::Paid(Box::<Payment>::default()))
}

fn name(state: &State) -> &'static str {
    match state {
        State::WaitingForScan { problem: None } => "scan",
        State::WaitingForScan { problem: Some(_) } => "scan again",
        State::Resolving { .. } => "resolving",
        State::Matching { .. } => "matching",
        State::Confirming { .. } => "confirm",
        State::Authorising(_) => "authorising",
        State::Approving(_) => "approving",
        State::LookingUp { .. } => "looking up",
        State::Reversing { .. } => "reversing",
        State::Ended { end, .. } => match end {
            End::Paid(_) => "paid",
            End::Declined(_) => "declined",
            End::NotSent(_) => "not sent",
            End::Cancelled => "cancelled",
            End::Reversed => "reversed",
            End::Standing => "standing",
        },
    }
}

fn done(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Resolve(_) => "resolve",
        Effect::Price(_, dropped) if dropped.is_empty() => "price",
        Effect::Price(..) => "price without",
        Effect::Pay(..) => "pay",
        Effect::GiveUp => "give up",
    };
    effects.iter().map(name).collect()
}

fn walk(order: Order, events: Vec<Event>) -> (Checkout, Vec<&'static str>) {
    let mut checkout = Checkout::new(order);
    let effects = events.into_iter().flat_map(|event| done(&checkout.on(event))).collect();
    (checkout, effects)
}

/// Where these events lead, and what was carried out on the way.
fn check(events: Vec<Event>, state: &str, effects: &[&str]) {
    let (checkout, done) = walk(order(), events.clone());
    assert_eq!((name(&checkout.state), done.as_slice()), (state, effects), "{events:?}");
}

fn on_the_way(more: Vec<Event>) -> Vec<Event> {
    [vec![scanned(), price(500), asked()], more].concat()
}

#[test]
fn a_sale_goes_from_the_scan_to_its_outcome() {
    check(vec![], "scan", &[]);
    check(vec![scanned()], "matching", &["price"]);
    check(vec![scanned(), price(500)], "authorising", &["price", "pay"]);
    check(on_the_way(vec![paid()]), "paid", &["price", "pay"]);
    check(on_the_way(vec![approving()]), "approving", &["price", "pay"]);
    check(on_the_way(vec![approving(), paid()]), "paid", &["price", "pay"]);
    check(on_the_way(vec![approving(), declined(Reason::ApprovalRejected)]), "declined", &["price", "pay"]);
    check(on_the_way(vec![declined(Reason::InsufficientFunds)]), "declined", &["price", "pay"]);
    check(on_the_way(vec![ended(Outcome::NotSent(Hindrance::Disk))]), "not sent", &["price", "pay"]);
    check(on_the_way(vec![reversing()]), "reversing", &["price", "pay"]);
    check(on_the_way(vec![reversing(), ended(Outcome::Reversed)]), "reversed", &["price", "pay"]);
    check(on_the_way(vec![reversing(), ended(Outcome::Standing)]), "standing", &["price", "pay"]);
}

#[test]
fn a_code_that_is_no_good_is_asked_for_again() {
    check(vec![Event::Scanned("https://example.com".into())], "scan again", &[]);
    check(vec![Event::Scanned("hello".into()), scanned()], "matching", &["price"]);
    for reason in [Reason::CodeExpired, Reason::TokenAlreadyUsed, Reason::TokenRevoked] {
        check(on_the_way(vec![declined(reason)]), "scan again", &["price", "pay"]);
        check(on_the_way(vec![declined(reason), scanned()]), "matching", &["price", "pay", "price"]);
    }
}

fn number() -> TokenNumber {
    TokenNumber::from_body(900_000_000_000_000_001).unwrap()
}

#[test]
fn a_bare_number_is_looked_up_first() {
    let typed = || Event::Scanned(number().to_string());
    let found = || Event::Resolved(Ok(BareToken { number: number(), offers: vec![SHAMPOO_OFF] }));
    let refused = |reason| Event::Resolved(Err(CallError::Refused(Failure::new(reason, ""))));
    check(vec![typed()], "resolving", &["resolve"]);
    check(vec![typed(), found()], "matching", &["resolve", "price"]);
    check(vec![typed(), found(), price(500)], "authorising", &["resolve", "price", "pay"]);
    check(vec![typed(), refused(Reason::TokenAlreadyUsed)], "scan again", &["resolve"]);
    check(vec![typed(), Event::Resolved(Err(CallError::Lost("".into())))], "scan again", &["resolve"]);
    check(vec![typed(), Event::Cancelled, found()], "cancelled", &["resolve"]);
    check(vec![Event::Scanned("9000000000000000018".into())], "scan again", &[]);
    check(vec![Event::Scanned("6901234567892".into())], "scan again", &[]);
}

#[test]
fn a_cancellation_moves_nothing_before_the_money_is_asked_for_and_gives_up_after() {
    let before = [vec![], vec![scanned()], vec![Event::Scanned("hello".into())]];
    for events in before {
        let (mut checkout, effects) = walk(order(), events);
        assert_eq!(checkout.on(Event::Cancelled), []);
        assert!(!effects.contains(&"pay"));
        assert_eq!(name(&checkout.state), "cancelled");
        assert_eq!(checkout.on(price(500)), [], "a price that comes late asks for nothing");
        assert_eq!(checkout.on(scanned()), []);
    }
    check(on_the_way(vec![Event::Cancelled]), "authorising", &["price", "pay", "give up"]);
    check(on_the_way(vec![approving(), Event::Cancelled]), "approving", &["price", "pay", "give up"]);
    let given_up = |more: Vec<Event>| on_the_way([vec![Event::Cancelled], more].concat());
    check(given_up(vec![reversing()]), "reversing", &["price", "pay", "give up"]);
    check(given_up(vec![reversing(), ended(Outcome::Reversed)]), "reversed", &["price", "pay", "give up"]);
    check(given_up(vec![declined(Reason::CodeExpired)]), "declined", &["price", "pay", "give up"]);
    check(given_up(vec![coupons_refused()]), "declined", &["price", "pay", "give up"]);
    check(given_up(vec![paid()]), "paid", &["price", "pay", "give up"]);
}

#[test]
fn what_is_over_stays_as_it_is() {
    for last in [paid(), declined(Reason::WalletFrozen), ended(Outcome::Standing)] {
        let (mut checkout, _) = walk(order(), on_the_way(vec![last]));
        let end = checkout.clone();
        for event in [scanned(), price(0), Event::Confirmed, asked(), approving(), paid(), Event::Cancelled] {
            assert_eq!(checkout.on(event), []);
            assert_eq!(checkout, end);
        }
    }
}

#[test]
fn the_amount_is_confirmed_where_the_caller_wants_that() {
    let confirming = || Order { confirm_amount: true, ..order() };
    let check = |events: Vec<Event>, state: &str, effects: &[&str]| {
        let (checkout, done) = walk(confirming(), events);
        assert_eq!((name(&checkout.state), done.as_slice()), (state, effects));
    };
    check(vec![scanned(), price(500)], "confirm", &["price"]);
    check(vec![scanned(), price(500), Event::Confirmed], "authorising", &["price", "pay"]);
    check(vec![scanned(), price(500), Event::Confirmed, Event::Confirmed], "authorising", &["price", "pay"]);
    check(vec![scanned(), price(500), Event::Cancelled], "cancelled", &["price"]);
    check(vec![scanned(), price(500), scanned()], "matching", &["price", "price"]);
    check(vec![Event::Confirmed], "scan", &[]);
}

#[test]
fn refused_coupons_are_left_out_with_a_question_or_without() {
    let without = || on_the_way(vec![coupons_refused()]);
    check(without(), "matching", &["price", "pay", "price without"]);
    let priced = || [without(), vec![price(0)]].concat();
    check(priced(), "confirm", &["price", "pay", "price without"]);
    check(
        [priced(), vec![Event::Confirmed]].concat(),
        "authorising",
        &["price", "pay", "price without", "pay"],
    );
    check([priced(), vec![Event::Cancelled]].concat(), "cancelled", &["price", "pay", "price without"]);
    check([priced(), vec![scanned()]].concat(), "matching", &["price", "pay", "price without", "price"]);

    let (checkout, effects) = walk(Order { drop_refused: true, ..order() }, priced());
    assert_eq!(name(&checkout.state), "authorising");
    assert_eq!(effects, ["price", "pay", "price without", "pay"]);
    // A provider that refuses what wasn't asked for is not asked for ever.
    let again = [priced(), vec![Event::Confirmed, asked(), coupons_refused()]].concat();
    check(again, "declined", &["price", "pay", "price without", "pay"]);
}

#[test]
fn a_payment_of_before_a_restart_comes_to_its_end() {
    let check = |events: Vec<Event>, expect: &str| {
        let mut checkout = Checkout::left_over("p1".into(), Money::new(Currency::CNY, 2500));
        assert!(checkout.state.frees_lane() && !checkout.state.is_over());
        for event in events {
            assert_eq!(checkout.on(event), []);
        }
        assert_eq!((name(&checkout.state), checkout.state.payment_id()), (expect, "p1"));
    };
    let looking = || goes_on(Machine::LookingUp { tries: 1 });
    check(vec![looking()], "looking up");
    check(vec![looking(), paid()], "paid");
    check(vec![looking(), declined(Reason::CodeExpired)], "declined");
    check(vec![looking(), reversing()], "reversing");
    check(vec![reversing(), ended(Outcome::Reversed)], "reversed");
    check(vec![Event::Cancelled, scanned()], "looking up");
}

#[test]
fn the_lane_is_free_once_the_shopper_need_not_wait() {
    let free = |events: Vec<Event>| walk(order(), events).0.state.frees_lane();
    assert!(!free(vec![]) && !free(vec![scanned()]) && !free(on_the_way(vec![approving()])));
    assert!(
        free(on_the_way(vec![reversing()])) && free(on_the_way(vec![paid()])) && free(vec![Event::Cancelled])
    );
}

#[test]
fn every_state_has_words_for_the_display_in_both_languages() {
    let ways = [
        vec![],
        vec![Event::Scanned("hello".into())],
        vec![Event::Scanned(number().to_string())],
        vec![scanned()],
        on_the_way(vec![]),
        on_the_way(vec![goes_on(Machine::Asking { tries: 2 })]),
        on_the_way(vec![approving()]),
        on_the_way(vec![Event::Cancelled]),
        on_the_way(vec![coupons_refused(), price(0)]),
        on_the_way(vec![reversing()]),
        on_the_way(vec![reversing(), ended(Outcome::Reversed)]),
        on_the_way(vec![reversing(), ended(Outcome::Standing)]),
        on_the_way(vec![ended(Outcome::NotSent(Hindrance::Disk))]),
        on_the_way(vec![declined(Reason::InsufficientFunds)]),
        on_the_way(vec![paid()]),
        vec![Event::Cancelled],
    ];
    let mut said = std::collections::BTreeSet::new();
    for events in ways {
        let state = walk(order(), events).0.state;
        let (en, zh) = (words::checkout(&state, Lang::En), words::checkout(&state, Lang::Zh));
        assert!(!en.what.is_empty() && !zh.what.is_empty() && !zh.what.is_ascii(), "{state:?}");
        assert_eq!(en.next.is_empty(), zh.next.is_empty(), "{state:?}");
        assert!(!en.what.contains('_'));
        assert!(said.insert(en.what), "two states say {:?}", en.what);
    }
}
