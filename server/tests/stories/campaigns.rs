//! What a manufacturer does, and what tills hear of it.

use proto::v1::{self, CampaignState};
use shared::reason::Reason;
use uuid::Uuid;

use super::world::*;

#[tokio::test]
async fn a_campaign_from_draft_to_pause() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(1_000).await;
    let offer = issuer.create(each(&[SHAMPOO], 500, 1), 0).await.unwrap();
    assert_eq!(issuer.campaign(offer).await.state(), CampaignState::Draft);
    assert_eq!(issuer.campaign(offer).await.per_wallet_limit, 1);
    let mut phone = world.phone(0).await;
    assert_eq!(refused(phone.clip(offer).await), Reason::OfferNotActive);
    assert_eq!(refused(issuer.pause(offer).await), Reason::InvalidTransition);

    let id = Uuid::now_v7();
    assert_eq!(refused(issuer.fund(offer, id, 1_001).await), Reason::InsufficientFunds);
    for _ in 0..2 {
        assert_eq!(minor(&issuer.fund(offer, id, 1_000).await.unwrap().budget_available), 1_000);
    }
    assert_eq!(refused(issuer.fund(offer, id, 999).await), Reason::RequestIdReused);
    assert_eq!(issuer.activate(offer).await.unwrap().state(), CampaignState::Active);
    assert_eq!(issuer.activate(offer).await.unwrap().state(), CampaignState::Active);
    assert_eq!(issuer.pause(offer).await.unwrap().state(), CampaignState::Paused);

    let mut other = world.issuer(0).await;
    assert_eq!(refused(other.activate(offer).await), Reason::OfferNotFound);
    let request = with(&other.key, v1::GetCampaignRequest { offer_number: offer });
    assert_eq!(refused(other.client.get_campaign(request).await), Reason::OfferNotFound);
    let request = with(&other.key, v1::ListRedemptionsRequest { offer_number: offer, ..Default::default() });
    assert_eq!(refused(other.client.list_redemptions(request).await), Reason::OfferNotFound);
}

#[tokio::test]
async fn terms_that_can_not_be_are_named() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(0).await;
    let mut foreign = each(&[SHAMPOO], 500, 1);
    foreign.currency = "EUR".parse().unwrap();
    assert_eq!(refused(issuer.create(foreign, 1).await), Reason::CurrencyMismatch);
    let request = v1::CreateCampaignRequest {
        image_url: String::new(),
        title: Some(v1::LocalizedText { en: "Tea".to_owned(), zh: "茶".to_owned() }),
        ..Default::default()
    };
    let refusal = issuer.client.create_campaign(with(&issuer.key, request)).await.unwrap_err();
    let failure = proto::status::Failure::from_status(&refusal).unwrap();
    assert_eq!((failure.reason, failure.field.as_deref()), (Reason::InvalidArgument, Some("terms")));
}

#[tokio::test]
async fn tills_hear_only_of_what_changed() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(10_000).await;
    let first = issuer.offer(each(&[SHAMPOO], 500, 1), 1_000).await;
    let second = issuer.offer(each(&[SOAP], 100, 1), 1_000).await;
    issuer.create(each(&[SOAP], 100, 1), 1).await.unwrap();
    let mut till = world.till().await;
    let all = till.offers(0).await;
    let numbers = |page: &v1::PaymentServiceListOffersResponse| {
        offers_of(page).iter().map(|offer| (offer.offer_number, offer.clippable)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&all), [(first, true), (second, true)], "a draft is nobody's business");
    assert_eq!(numbers(&till.offers(all.revision).await), []);
    assert_eq!(till.offers(all.revision).await.revision, all.revision);
    issuer.pause(first).await.unwrap();
    assert_eq!(numbers(&till.offers(all.revision).await), [(first, false)]);
}

#[tokio::test]
async fn a_manufacturer_pages_through_its_lists() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut paid = Vec::new();
    for _ in 0..3 {
        // Much is written between one coupon and the next.
        let other = world.phone(1).await;
        for _ in 0..260 {
            world.operator.deposit(&other.wallet_id, 1).await.unwrap();
        }
        let mut phone = world.phone(3_000).await;
        let coupon = phone.clip(offer).await.unwrap();
        let sale = Sale::of(&phone.code(&[&coupon]).await, 3000).redeem(offer, SHAMPOO, 1, 3000, 500);
        till.pay(&sale).await.unwrap();
        paid.push(sale.id().to_owned());
    }
    paid.reverse();
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = v1::ListRedemptionsRequest { offer_number: offer, page_size: 2, page_token: token };
        let page = issuer.client.list_redemptions(with(&issuer.key, request)).await.unwrap().into_inner();
        seen.extend(page.redemptions.into_iter().map(|redemption| redemption.payment_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, paid);
    let bad = v1::ListRedemptionsRequest { offer_number: offer, page_size: 2, page_token: "?".to_owned() };
    let refusal = issuer.client.list_redemptions(with(&issuer.key, bad)).await;
    assert_eq!(refused(refusal), Reason::InvalidArgument);
}
