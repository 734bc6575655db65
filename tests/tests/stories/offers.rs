//! Every kind of offer, from the manufacturer's campaign to the shop's money: the till decides, the provider decides again.

use proto::v1::{Hours, RequirementCombination as How, RewardPick};
use shared::{
    gs1::{Gtin, check_digit},
    offer::Refusal,
};
use tests::{
    actors::{Deal, Item, Sale, Shopper, Till, claim_of, minor},
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

use crate::refused::{completed, coupons_refused};

const BRUSH: &str = "6901234500011";
const MORNINGS: Hours =
    Hours { weekdays: 0b001_1111, from_minute: 6 * 60, to_minute: 10 * 60, utc_offset_minutes: 0 };
const GROUP_AND_EXCLUSIVE: [fn(Deal) -> Deal; 2] = [|deal| deal.in_group("spring"), Deal::alone];

/// The offer is clipped and the basket paid by one scan: `due` is what the shopper pays, and the shop has the rest from the manufacturer.
async fn check(deal: Deal, basket: &[Item<'_>], due: &str) {
    let world = Stage::set().await;
    let offer = world.offer("Silk", deal).await;
    let mut phone = world.phone("900.00").await;
    phone.clip(offer).await;
    let till = world.till().await;
    let gross: i64 = basket.iter().map(|(_, units, price)| i64::from(*units) * price).sum();

    let sold = till.pay(basket, &phone.code().await).await;
    assert_eq!(sold.priced.due.minor, minor(due), "{basket:?}");
    sold.completed();
    let books = world.books(&[&phone]).await;
    assert_eq!(books.balance(&world.shop.account()), gross);
    assert_eq!(phone.balance().await, minor("900.00") - minor(due));
}

#[tokio::test]
async fn each_reward_is_paid_as_it_is_promised() {
    let two_of_each = [(SHAMPOO, 2, 3000), (SOAP, 2, 800)];
    check(Deal::off_each(500, 3).on(SHAMPOO), &two_of_each, "66.00").await;
    check(Deal::off_spend(1000, 5000).on(SHAMPOO).on(SOAP), &two_of_each, "66.00").await;
    check(Deal::percent_off(1500, 2000).on(SHAMPOO), &two_of_each, "67.00").await;
    check(Deal::percent_off(5000, 2000).on(SHAMPOO), &two_of_each, "56.00").await;
    check(Deal::for_price(1990, 1, 5000).on(SHAMPOO), &two_of_each, "65.90").await;
    check(Deal::free(1, 5000).on(SHAMPOO).on(SOAP).needing(3), &two_of_each, "46.00").await;
    let cheapest = Deal::free(1, 5000).on(SHAMPOO).on(SOAP).needing(3).picking(RewardPick::Cheapest);
    check(cheapest, &two_of_each, "68.00").await;
    check(Deal::buy_get(1, 1, 5000, 1, 5000).on(SHAMPOO), &two_of_each, "61.00").await;
    check(Deal::buy_get(2, 1, 10_000, 9, 5000).on(SOAP), &[(SOAP, 7, 800)], "40.00").await;
}

#[tokio::test]
async fn each_requirement_is_asked_for() {
    let brush_with_shampoo = || Deal::free(1, 2000).on(SHAMPOO).with(How::All, BRUSH, 1, 2);
    check(brush_with_shampoo(), &[(SHAMPOO, 1, 3000), (BRUSH, 1, 1200)], "30.00").await;
    check(brush_with_shampoo(), &[(BRUSH, 1, 1200)], "12.00").await;
    let either = || Deal::off_each(300, 1).on(SHAMPOO).with(How::Any, SOAP, 2, 0);
    check(either(), &[(SOAP, 2, 800)], "13.00").await;
    check(either(), &[(SOAP, 1, 800)], "8.00").await;
    let large = || Deal::off_each(500, 1).on(SHAMPOO).in_baskets_from(5000);
    check(large(), &[(SHAMPOO, 1, 3000), (SOAP, 3, 800)], "49.00").await;
    check(large(), &[(SHAMPOO, 1, 3000)], "30.00").await;
    check(Deal::off_each(500, 1).on_brand("6901234"), &[(BRUSH, 1, 1200)], "7.00").await;
}

#[tokio::test]
async fn an_offer_on_five_thousand_items_knows_each_of_them() {
    let item = |n: u64| {
        let body = 690_123_400_000 + n;
        Gtin::from_u64(body * 10 + check_digit(body)).expect("its check digit is right").to_string()
    };
    let deal = (0..5_000).fold(Deal::off_each(500, 1), |deal, n| deal.on(&item(n)));
    check(deal, &[(&item(4_321), 1, 3000)], "25.00").await;
}

#[tokio::test]
async fn an_offer_of_one_branch_holds_in_that_branch() {
    let world = Stage::set().await;
    let (main_street, station) = ("6901234000009", "6901234000016");
    let offer = world.offer("Silk", Deal::off_each(500, 1).on(SHAMPOO).at_branch(main_street)).await;
    let mut phone = world.phone("100.00").await;
    phone.clip(offer).await;
    let code = phone.code().await;

    let (priced, _) = world.till_at(station).await.price(&[(SHAMPOO, 1, 3000)], &code);
    assert_eq!((priced.due.minor, priced.refused[0].reason), (3000, Refusal::WrongStore));
    // The shop's till without a branch is in none.
    let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    coupons_refused(&world, &phone, &world.raw_till().await, &sale, &[(offer, Refusal::WrongStore)]).await;

    world.till_at(main_street).await.pay(&[(SHAMPOO, 1, 3000)], &code).await.completed();
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn an_offer_for_the_morning_is_over_at_ten() {
    let world = Stage::set().await; // A Friday, eight in the morning.
    let offer = world.offer("Silk", Deal::off_each(500, 1).on(SHAMPOO).at_hours(MORNINGS)).await;
    let mut phone = world.phone("100.00").await;
    let claim = claim_of(&phone.clip(offer).await.offer.expect("the offer"));
    let (till, raw_till) = (world.till().await, world.raw_till().await);

    world.clock.advance_ms(2 * 60 * 60_000);
    till.refresh().await;
    let (priced, scan) = till.price(&[(SHAMPOO, 1, 3000)], &phone.code().await);
    assert_eq!((priced.due.minor, scan.claims), (3000, vec![]), "the phone leaves it out");
    let code = phone.claim(&[claim]).await;
    let (priced, _) = till.price(&[(SHAMPOO, 1, 3000)], &code);
    assert_eq!((priced.due.minor, priced.refused[0].reason), (3000, Refusal::OutsideHours));
    let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    coupons_refused(&world, &phone, &raw_till, &sale, &[(offer, Refusal::OutsideHours)]).await;

    // Not on the Sunday that follows, but on Monday.
    world.clock.advance_ms(45 * 60 * 60_000);
    till.refresh().await;
    assert_eq!(till.price(&[(SHAMPOO, 1, 3000)], &phone.code().await).0.due.minor, 3000);
    world.clock.advance_ms(24 * 60 * 60_000);
    till.refresh().await;
    till.pay(&[(SHAMPOO, 1, 3000)], &phone.code().await).await.completed();
    phone.expect_balance("75.00").await;
}

/// A phone with two coupons of which one purchase takes one, the till, and the offers: 5.00 off the shampoo and 2.00 off the soap.
async fn two_that_do_not_go_together(world: &Stage, apart: fn(Deal) -> Deal) -> (Shopper, Till, [u32; 2]) {
    let off_shampoo = world.offer("Shampoo", apart(Deal::off_each(500, 1).on(SHAMPOO))).await;
    let off_soap = world.offer("Soap", apart(Deal::off_each(200, 1).on(SOAP))).await;
    let phone = world.phone("100.00").await;
    phone.clip(off_shampoo).await;
    phone.clip(off_soap).await;
    (phone, world.till().await, [off_shampoo, off_soap])
}

#[tokio::test]
async fn of_coupons_that_do_not_go_together_the_better_one_is_taken() {
    for apart in GROUP_AND_EXCLUSIVE {
        let world = Stage::set().await;
        let (mut phone, till, [shampoo, soap]) = two_that_do_not_go_together(&world, apart).await;
        let sold = till.pay(&[(SHAMPOO, 1, 3000), (SOAP, 1, 800)], &phone.code().await).await;
        assert_eq!(sold.priced.due.minor, 3300);
        let refused: Vec<_> = sold.priced.refused.iter().map(|r| (r.offer_number.0, r.reason)).collect();
        assert_eq!(refused, [(soap, Refusal::NotStackable)]);
        let redeemed: Vec<_> = sold.completed().redemptions.iter().map(|r| r.offer_number).collect();
        assert_eq!(redeemed, [shampoo]);

        // The other one is still there for the next basket.
        till.pay(&[(SOAP, 1, 800)], &phone.code().await).await.completed();
        phone.expect_balance("61.00").await;
    }
}

#[tokio::test]
async fn a_till_that_redeems_both_all_the_same_is_refused() {
    for apart in GROUP_AND_EXCLUSIVE {
        let world = Stage::set().await;
        let (mut phone, _, [shampoo, soap]) = two_that_do_not_go_together(&world, apart).await;
        let both = Sale::of(&phone.code().await, 3800).redeems(shampoo, SHAMPOO, 1, 3000, 500);
        let both = both.redeems(soap, SOAP, 1, 800, 200);
        let till = world.raw_till().await;
        coupons_refused(&world, &phone, &till, &both, &[(soap, Refusal::NotStackable)]).await;
        completed(till.pay(&Sale::of(&phone.code().await, 800).redeems(soap, SOAP, 1, 800, 200)).await);
    }
}

#[tokio::test]
async fn an_offer_is_seen_with_its_picture() {
    let world = Stage::set().await;
    let picture = "https://silk.example/shampoo.png";
    let offer = world.offer("Silk", Deal::off_each(500, 1).on(SHAMPOO).shown_by(picture)).await;
    let phone = world.phone("0.00").await;
    let shown: Vec<_> = phone.offers().await.into_iter().map(|o| (o.offer_number, o.image_url)).collect();
    assert_eq!(shown, [(offer, picture.to_owned())]);
    assert_eq!(phone.clip(offer).await.offer.map(|o| o.image_url).as_deref(), Some(picture));
}
