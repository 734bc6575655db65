//! What tills ask beside taking payments: bare tokens, signed offers, their day.

use ed25519_dalek::{Signature, VerifyingKey};
use prost::Message;
use proto::{
    convert,
    status::Failure,
    v1::{self, PaymentState, TerminalEntryKind},
};
use server::config::UNKNOWN_TOKENS_A_MINUTE_MAX;
use shared::{
    code::TokenNumber,
    offer::{Refusal, TermsParts, offer_signing_input, offers_signing_input},
    reason::Reason,
    time::UnixMillis,
};
use tonic::Status;
use uuid::Uuid;

use super::world::*;

#[tokio::test]
async fn a_till_with_a_laser_scanner_takes_the_bare_token_and_the_shopper_approves() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    let elsewhere = world.operator.create_merchant("Elsewhere").await;
    let stores = vec![elsewhere.parse().unwrap()];
    let not_here = issuer.offer(TermsParts { stores, ..each(&[SOAP], 100, 1) }, 1_000).await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    phone.clip(offer).await.unwrap();
    phone.clip(not_here).await.unwrap();
    let token = phone.tokens(1).await[0];
    let resolved = till.resolve(&token.to_string()).await.unwrap();
    assert_eq!(resolved.offer_numbers, [offer], "the other is for another shop");
    assert!(resolved.expires_at.is_some());

    let sale = Sale::bare(token, 3_000).redeem(offer, SHAMPOO, 1, 3_000, 500);
    let payment = till.pay(&sale).await.unwrap();
    assert_eq!(payment.state(), PaymentState::PendingApproval, "however small");
    assert_eq!(till.pay(&sale).await.unwrap(), payment, "the same again");
    assert_eq!(refused(till.resolve(&token.to_string()).await), Reason::TokenAlreadyUsed);
    assert_eq!(phone.approve(&payment).await.unwrap().state(), PaymentState::Completed);
    assert_eq!(phone.balance().await, 7_500);
    let receipt = phone.payments().await.remove(0);
    assert_eq!(receipt.redemptions[0].issuer_name, "Silk AG", "who paid the discount");
}

#[tokio::test]
async fn a_bare_token_is_judged_as_any_other() {
    let mut world = World::new().await;
    let (_, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let token = phone.tokens(1).await[0];
    let sale = Sale::bare(token, 3_000).redeem(offer, SHAMPOO, 1, 3_000, 500);
    let failure = Failure::from_status(&till.pay(&sale).await.unwrap_err()).unwrap();
    assert_eq!(failure.refusals, [(shared::ids::OfferNumber(offer), Refusal::NotClipped)]);

    let mut both = Sale::bare(token, 100);
    both.0.code = phone.code(&[]).await;
    assert_eq!(refused(till.pay(&both).await), Reason::InvalidArgument);
    for wrong in ["", "123", "9000000000000000002"] {
        assert_eq!(refused(till.resolve(wrong).await), Reason::CodeMalformed, "{wrong}");
    }
    world.operator.freeze(&phone.wallet_id, true).await;
    assert_eq!(refused(till.resolve(&token.to_string()).await), Reason::WalletFrozen);
    assert_eq!(refused(till.pay(&Sale::bare(token, 100)).await), Reason::WalletFrozen);
    world.clock.advance_ms(30 * DAY_MS);
    assert_eq!(refused(till.resolve(&token.to_string()).await), Reason::TokenExpired);
}

#[tokio::test]
async fn a_till_that_guesses_tokens_has_to_wait() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut other = world.till().await;
    let mut phone = world.phone(10_000).await;
    let token = phone.tokens(1).await[0];
    let guess = |n: u32| TokenNumber::from_body(900_000_000_000_000_000 + u64::from(n)).unwrap();
    for n in 1..UNKNOWN_TOKENS_A_MINUTE_MAX {
        assert_eq!(refused(till.resolve(&guess(n).to_string()).await), Reason::TokenUnknown);
    }
    assert_eq!(refused(till.pay(&Sale::bare(guess(0), 100)).await), Reason::TokenUnknown);
    assert_eq!(refused(till.resolve(&token.to_string()).await), Reason::Overloaded);
    assert_eq!(refused(till.pay(&Sale::bare(token, 100)).await), Reason::Overloaded);
    other.resolve(&token.to_string()).await.unwrap();
    world.clock.advance_ms(60_000);
    till.resolve(&token.to_string()).await.unwrap();
}

#[tokio::test]
async fn the_provider_vouches_for_its_offers() {
    let mut world = World::new().await;
    let (mut issuer, offer) = world.shampoo_offer().await;
    issuer.offer(each(&[SOAP], 100, 1), 1_000).await;
    let merchant = world.operator.create_merchant("Corner Shop").await;
    let request =
        v1::CreateTerminalRequest { merchant_id: merchant, name: "Lane".to_owned(), ..Default::default() };
    let made = world.operator.client.create_terminal(with(&world.operator.key, request)).await.unwrap();
    let key = VerifyingKey::from_bytes(&made.into_inner().provider_public_key.try_into().unwrap()).unwrap();
    let mut till = world.till().await;

    let page = till.offers(0).await;
    let good = |message: &[u8], signature: &[u8]| {
        key.verify_strict(message, &Signature::from_slice(signature).unwrap()).is_ok()
    };
    for signed in &page.signed_offers {
        assert!(good(&offer_signing_input(&signed.offer), &signed.signature));
        let mut raised = v1::Offer::decode(signed.offer.as_slice()).unwrap();
        raised.clippable = !raised.clippable;
        assert!(!good(&offer_signing_input(&raised.encode_to_vec()), &signed.signature));
    }
    let as_of = convert::time_from_wire("as_of", page.as_of.as_ref()).unwrap();
    assert_eq!((offers_of(&page)[0].offer_number, as_of), (offer, START));
    assert!(good(&offers_signing_input(0, page.revision, as_of), &page.signature));
    let later = till.offers(page.revision).await;
    assert!(later.signed_offers.is_empty());
    assert!(good(&offers_signing_input(page.revision, page.revision, as_of), &later.signature));
    assert!(!good(&offers_signing_input(0, page.revision, as_of.plus_ms(1)), &page.signature));
}

#[tokio::test]
async fn shoppers_see_what_kind_of_goods_an_offer_is_for_and_in_which_shops() {
    let mut world = World::new().await;
    let mut issuer = world.issuer(10_000).await;
    let shop = world.operator.create_merchant("Corner Shop").await;
    let parts = TermsParts { stores: vec![shop.parse().unwrap()], ..each(&[SHAMPOO], 500, 1) };
    let terms = convert::terms_to_wire(&parts.try_into().unwrap());
    let text = |text: &str| Some(v1::LocalizedText { en: text.to_owned(), zh: text.to_owned() });
    let request = v1::CreateCampaignRequest {
        title: text("Shampoo"),
        terms: Some(terms),
        gpc_code: 53_000_000,
        ..Default::default()
    };
    let made = issuer.client.create_campaign(with(&issuer.key, request.clone())).await.unwrap();
    let offer = made.into_inner().campaign.unwrap().offer.unwrap().offer_number;
    issuer.fund(offer, Uuid::now_v7(), 1_000).await.unwrap();
    issuer.activate(offer).await.unwrap();
    issuer.offer(each(&[SOAP], 100, 1), 1_000).await;
    let wrong = v1::CreateCampaignRequest { gpc_code: 5, ..request };
    assert_eq!(
        refused(issuer.client.create_campaign(with(&issuer.key, wrong)).await),
        Reason::InvalidArgument
    );

    let mut phone = world.phone(0).await;
    let request = with(&phone.session, v1::WalletServiceListOffersRequest::default());
    let page = phone.client.list_offers(request).await.unwrap().into_inner();
    let kinds: Vec<u32> = page.offers.iter().map(|offer| offer.gpc_code).collect();
    assert_eq!(kinds, [0, 53_000_000]);
    assert_eq!(page.offers[0].per_wallet_limit, 1);
    assert_eq!(page.shops, [v1::Shop { merchant_id: shop, name: "Corner Shop".to_owned() }]);
}

#[tokio::test]
async fn a_till_compares_its_day_with_the_provider() {
    let mut world = World::new().await;
    let (_, offer) = world.shampoo_offer().await;
    let mut till = world.till().await;
    let mut neighbour = world.till_of(&till.merchant).await;
    let mut phone = world.phone(100_000).await;
    let coupon = phone.clip(offer).await.unwrap();
    till.pay(&Sale::of(&phone.code(&[]).await, 500)).await.unwrap();
    world.clock.advance_ms(DAY_MS);
    let morning = world.now();
    phone.start().await.unwrap();
    let first = Sale::of(&phone.code(&[&coupon]).await, 3_000).redeem(offer, SHAMPOO, 1, 3_000, 500);
    till.pay(&first).await.unwrap();
    world.clock.advance_ms(1_000);
    let second = Sale::of(&phone.code(&[]).await, 2_000);
    till.pay(&second).await.unwrap();
    let theirs = Sale::of(&phone.code(&[]).await, 700);
    neighbour.pay(&theirs).await.unwrap();
    till.reverse(second.id()).await.unwrap();
    till.refund(theirs.id(), 200).await.unwrap();
    neighbour.refund(first.id(), 0).await.unwrap();

    let day = till.day(morning, None).await;
    let seen: Vec<_> = day
        .iter()
        .map(|e| (e.kind(), e.payment_id.as_str(), minor(&e.shopper_amount), minor(&e.discount_amount)))
        .collect();
    assert_eq!(
        seen,
        [
            (TerminalEntryKind::Sale, first.id(), 2_500, 500),
            (TerminalEntryKind::Sale, second.id(), 2_000, 0),
            (TerminalEntryKind::Reversal, second.id(), 2_000, 0),
            (TerminalEntryKind::Refund, theirs.id(), 200, 0),
        ]
    );
    assert_eq!(day[0].payment_state(), PaymentState::Refunded);
    assert_eq!((day[0].merchant_reference.as_str(), day[3].refund_id.is_empty()), ("R-1", false));
    assert_eq!(till.day(morning.plus_ms(1), None).await.len(), 3);
    assert_eq!(till.day(morning, Some(morning.plus_ms(1_000))).await.len(), 1);
    assert_eq!(till.day(START, Some(morning)).await.len(), 1, "the day before");
    let refunds = neighbour.day(morning, None).await;
    let refunds = refunds.iter().filter(|entry| entry.kind() == TerminalEntryKind::Refund).count();
    assert_eq!(refunds, 1, "a refund belongs to the till that made it");
}

impl Till {
    async fn resolve(&mut self, token_number: &str) -> Result<v1::ResolveTokenResponse, Status> {
        let request = v1::ResolveTokenRequest { token_number: token_number.to_owned() };
        Ok(self.client.resolve_token(with(&self.key, request)).await?.into_inner())
    }

    /// Gives back other goods of this price; all there is where the price is 0.
    async fn refund(&mut self, payment: &str, other: i64) -> Result<(), Status> {
        let request = v1::RefundPaymentRequest {
            refund_id: Uuid::now_v7().to_string(),
            payment_id: payment.to_owned(),
            other_amount: cny(other).filter(|_| other > 0),
            everything: other == 0,
            ..Default::default()
        };
        self.client.refund_payment(with(&self.key, request)).await.map(drop)
    }

    async fn day(&mut self, since: UnixMillis, until: Option<UnixMillis>) -> Vec<v1::TerminalEntry> {
        let request = v1::ListTerminalEntriesRequest {
            since: Some(convert::time_to_wire(since)),
            until: until.map(convert::time_to_wire),
        };
        let stream = self.client.list_terminal_entries(with(&self.key, request)).await;
        let (mut stream, mut day) = (stream.unwrap().into_inner(), Vec::new());
        while let Some(page) = stream.message().await.unwrap() {
            day.extend(page.entries);
        }
        day
    }
}

impl Sale {
    /// Gross and no coupon, with a token's number in place of a code.
    fn bare(token: TokenNumber, gross: i64) -> Self {
        let mut sale = Self::of("", gross);
        sale.0.token_number = token.to_string();
        sale
    }
}
