//! Each way in which a payment can be wrong has its reason, and leaves balances and coupons as they were.

use proto::{
    status::Failure,
    v1::{self, CouponState, PaymentState},
};
use shared::{offer::Refusal, reason::Reason, time::UnixMillis};
use tonic::Status;

use super::world::*;

/// A shop, a phone with 100.00 and one coupon of 5.00 off a bottle.
struct Scene {
    world: World,
    till: Till,
    phone: Phone,
    issuer: Issuer,
    coupon: v1::Coupon,
    offer: u32,
}

impl Scene {
    async fn new() -> Self {
        Self::with(each(&[SHAMPOO], 500, 1)).await
    }

    async fn with(terms: shared::offer::TermsParts) -> Self {
        let mut world = World::new().await;
        let mut issuer = world.issuer(1_000_000).await;
        let offer = issuer.offer(terms, 100_000).await;
        let till = world.till().await;
        let mut phone = world.phone(10_000).await;
        let coupon = phone.clip(offer).await.unwrap();
        Self { world, till, phone, issuer, coupon, offer }
    }

    async fn code(&mut self) -> String {
        self.phone.code(&[&self.coupon]).await
    }

    /// The sale is refused for this reason, again when it is asked again, and nothing has changed.
    async fn refuses(&mut self, sale: &Sale, reason: Reason) -> Status {
        let before = self.snapshot().await;
        let first = self.till.pay(sale).await.expect_err("should have been refused");
        assert_eq!(super::world::reason(&first), reason);
        let again = self.till.pay(sale).await.expect_err("should have been refused again");
        assert_eq!(Failure::from_status(&again), Failure::from_status(&first));
        assert_eq!(self.snapshot().await, before);
        first
    }

    /// As [`Self::refuses`], and the refusal is stored.
    async fn declines(&mut self, sale: &Sale, reason: Reason) -> Status {
        let status = self.refuses(sale, reason).await;
        let payment = self.till.payment(sale.id()).await.unwrap();
        assert_eq!(payment.state(), PaymentState::Declined);
        assert_eq!(payment.decline_reason, reason.as_str());
        status
    }

    /// Exactly these coupons are refused.
    async fn declines_coupon(&mut self, sale: &Sale, refusal: Refusal) {
        let status = self.declines(sale, Reason::CouponRefused).await;
        let refusals = Failure::from_status(&status).unwrap().refusals;
        assert_eq!(refusals, [(shared::ids::OfferNumber(self.offer), refusal)]);
    }

    async fn snapshot(&mut self) -> (i64, i64, i64, i64, Vec<v1::Coupon>, usize) {
        let merchant = format!("merchant:{}", self.till.merchant);
        (
            self.phone.balance().await,
            self.world.balance(merchant).await,
            self.world.balance(format!("campaign_budget:{}", self.offer)).await,
            self.world.balance(format!("campaign_reserved:{}", self.offer)).await,
            self.phone.coupons(CouponState::Unspecified).await,
            self.phone.payments().await.len(),
        )
    }

    async fn sale(&mut self) -> Sale {
        Sale::of(&self.code().await, 3000).redeem(self.offer, SHAMPOO, 1, 3000, 500)
    }
}

#[tokio::test]
async fn two_bottles_where_the_offer_covers_one() {
    let mut scene = Scene::new().await;
    let sale = Sale::of(&scene.code().await, 6000).redeem(scene.offer, SHAMPOO, 2, 3000, 1000);
    scene.declines_coupon(&sale, Refusal::DiscountMismatch).await;
    // The till takes one of the two, and all is well; the code has not been used up.
    let mut one = sale.again();
    one.0.redemptions.clear();
    one.0.amount_due = one.0.gross_amount.clone();
    let one = one.redeem(scene.offer, SHAMPOO, 1, 3000, 500);
    assert_eq!(scene.till.pay(&one).await.unwrap().state(), PaymentState::Completed);
}

#[tokio::test]
async fn a_basket_without_the_item() {
    let mut scene = Scene::new().await;
    let sale = Sale::of(&scene.code().await, 3000).redeem(scene.offer, SOAP, 1, 3000, 500);
    scene.declines_coupon(&sale, Refusal::ItemMismatch).await;
}

#[tokio::test]
async fn a_coupon_of_another_shop() {
    let mut world = World::new().await;
    let elsewhere = world.operator.create_merchant("Elsewhere").await.parse().unwrap();
    drop(world);
    // Ids are given in order, so the other shop has the same id here.
    let mut scene = {
        let mut parts = each(&[SHAMPOO], 500, 1);
        parts.stores = vec![elsewhere];
        let mut world = World::new().await;
        world.operator.create_merchant("Elsewhere").await;
        let mut issuer = world.issuer(1_000_000).await;
        let offer = issuer.offer(parts, 100_000).await;
        let till = world.till().await;
        let mut phone = world.phone(10_000).await;
        let coupon = phone.clip(offer).await.unwrap();
        Scene { world, till, phone, issuer, coupon, offer }
    };
    let sale = scene.sale().await;
    scene.declines_coupon(&sale, Refusal::WrongStore).await;
    assert!(scene.till.offers(0).await.signed_offers.is_empty(), "its tills don't hear of the offer either");
}

#[tokio::test]
async fn a_coupon_that_has_ended_or_not_begun() {
    let mut scene = Scene::new().await;
    scene.world.clock.advance_ms(30 * DAY_MS - 1);
    scene.phone_again().await;
    let sale = scene.sale().await;
    scene.world.clock.advance_ms(1);
    scene.declines_coupon(&sale, Refusal::Expired).await;

    let mut parts = each(&[SHAMPOO], 500, 1);
    parts.starts_at = START.plus_ms(DAY_MS);
    let mut scene = Scene::with(parts).await;
    let sale = scene.sale().await;
    scene.declines_coupon(&sale, Refusal::NotStarted).await;
}

#[tokio::test]
async fn a_coupon_that_was_used_or_never_clipped_or_not_shown() {
    let mut scene = Scene::new().await;
    // Not put into the code.
    let bare = scene.phone.code(&[]).await;
    let sale = Sale::of(&bare, 3000).redeem(scene.offer, SHAMPOO, 1, 3000, 500);
    scene.declines_coupon(&sale, Refusal::NotClipped).await;

    // Put into the code by a phone that does not have it.
    let mut stranger = scene.world.phone(10_000).await;
    let code = stranger.code(&[&scene.coupon]).await;
    let sale = Sale::of(&code, 3000).redeem(scene.offer, SHAMPOO, 1, 3000, 500);
    scene.declines_coupon(&sale, Refusal::NotClipped).await;

    // Used before.
    let sale = scene.sale().await;
    scene.till.pay(&sale).await.unwrap();
    let sale = scene.sale().await;
    scene.declines_coupon(&sale, Refusal::AlreadyRedeemed).await;
}

#[tokio::test]
async fn a_code_shown_twice() {
    let mut scene = Scene::new().await;
    let sale = scene.sale().await;
    scene.till.pay(&sale).await.unwrap();
    let again = Sale::of(&sale.0.code, 1000);
    scene.declines(&again, Reason::TokenAlreadyUsed).await;
    scene.world.clock.advance_ms(10 * 60_000);
    scene.declines(&again.again(), Reason::TokenAlreadyUsed).await;
}

#[tokio::test]
async fn a_code_outside_its_window() {
    let mut scene = Scene::new().await;
    let made = scene.world.now();
    let sale = scene.sale().await;
    scene.world.clock.set(made.plus_ms(90_001));
    scene.declines(&sale, Reason::CodeExpired).await;
    scene.world.clock.set(made.plus_ms(-30_001));
    scene.declines(&sale.again(), Reason::CodeFromFuture).await;
    for edge in [90_000, -30_000] {
        scene.world.clock.set(made.plus_ms(edge));
        let code = {
            let token = scene.phone.tokens(1).await[0];
            let mut unsigned = scene.phone.unsigned(token, &[]);
            unsigned.issued_at = u32::try_from(made.seconds()).unwrap();
            scene.phone.sign(unsigned)
        };
        assert!(scene.till.pay(&Sale::of(&code, 100)).await.is_ok(), "{edge} ms is within the window");
    }
}

#[tokio::test]
async fn each_byte_of_the_code_changed_in_turn() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let mut scene = Scene::new().await;
    let sale = scene.sale().await;
    let bytes = BASE64_STANDARD.decode(&sale.0.code).unwrap();
    let mut before = scene.snapshot().await;
    let mut seen = std::collections::BTreeMap::new();
    for place in 0..bytes.len() {
        for change in [0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[place] ^= change;
            let mut sale = sale.again();
            sale.0.code = BASE64_STANDARD.encode(&changed);
            let status = scene.till.pay(&sale).await.expect_err("a changed code was taken");
            *seen.entry(reason(&status).as_str()).or_insert(0) += 1;
        }
    }
    for reason in seen.keys() {
        let allowed = [
            Reason::CodeMalformed,
            Reason::CodeNotOnescan,
            Reason::KeyboardLayout,
            Reason::SignatureInvalid,
            Reason::TokenUnknown,
        ];
        assert!(allowed.iter().any(|allowed| allowed.as_str() == *reason), "{seen:?}");
    }
    assert!(seen[Reason::SignatureInvalid.as_str()] > 100, "{seen:?}");
    assert_eq!(scene.snapshot().await, before);
    // The code itself still pays.
    before = scene.snapshot().await;
    scene.till.pay(&sale).await.unwrap();
    assert_ne!(scene.snapshot().await, before);
}

#[tokio::test]
async fn a_discount_raised_by_the_till() {
    let mut scene = Scene::new().await;
    let sale = Sale::of(&scene.code().await, 3000).redeem(scene.offer, SHAMPOO, 1, 3000, 600);
    scene.declines_coupon(&sale, Refusal::DiscountMismatch).await;
    // Or the shopper's money asked for without it.
    let mut sale = scene.sale().await;
    sale.0.amount_due = cny(3000);
    scene.declines(&sale, Reason::AmountMismatch).await;
    // Or units that the basket does not hold.
    let sale = Sale::of(&scene.code().await, 1000).redeem(scene.offer, SHAMPOO, 1, 3000, 500);
    scene.declines(&sale, Reason::AmountMismatch).await;
}

#[tokio::test]
async fn a_discount_raised_by_the_wallet() {
    let mut scene = Scene::new().await;
    let mut raised = scene.coupon.clone();
    let terms = raised.offer.as_mut().unwrap().terms.as_mut().unwrap();
    terms.reward =
        Some(v1::terms::Reward::AmountOffEach(v1::AmountOffEach { amount: cny(2900), max_units: 1 }));
    let code = scene.phone.code(&[&raised]).await;
    for discount in [500, 2900] {
        let sale = Sale::of(&code, 3000).redeem(scene.offer, SHAMPOO, 1, 3000, discount);
        scene.declines_coupon(&sale, Refusal::DiscountMismatch).await;
    }
}

#[tokio::test]
async fn too_little_balance_or_a_stopped_wallet() {
    let mut scene = Scene::new().await;
    let sale = Sale::of(&scene.code().await, 10_501).redeem(scene.offer, SHAMPOO, 1, 3000, 500);
    scene.declines(&sale, Reason::InsufficientFunds).await;
    // A decline stands: money that comes later does not wake it up.
    let wallet = scene.phone.wallet_id.clone();
    scene.world.operator.deposit(&wallet, 1_000).await.unwrap();
    scene.declines(&sale, Reason::InsufficientFunds).await;

    scene.world.operator.freeze(&wallet, true).await;
    let sale = scene.sale().await;
    scene.declines(&sale, Reason::WalletFrozen).await;
    scene.world.operator.freeze(&wallet, false).await;
    assert!(scene.till.pay(&sale.again()).await.is_ok());
}

#[tokio::test]
async fn another_currency() {
    let mut scene = Scene::new().await;
    let mut sale = Sale::of(&scene.code().await, 3000);
    for amount in [&mut sale.0.gross_amount, &mut sale.0.amount_due] {
        amount.as_mut().unwrap().currency_code = "EUR".to_owned();
    }
    scene.declines(&sale, Reason::CurrencyMismatch).await;
}

#[tokio::test]
async fn a_token_of_another_provider() {
    let mut scene = Scene::new().await;
    let mut elsewhere = World::new().await;
    let mut stranger = elsewhere.phone(10_000).await;
    let sale = Sale::of(&stranger.code(&[]).await, 1000);
    scene.declines(&sale, Reason::TokenUnknown).await;
}

#[tokio::test]
async fn requests_that_make_no_sense_are_not_stored() {
    let mut scene = Scene::new().await;
    let good = scene.sale().await;
    type Spoil = fn(&mut v1::CreatePaymentRequest);
    let spoil: [(Spoil, Reason, &str); 7] = [
        (|r| r.payment_id = "1".to_owned(), Reason::InvalidArgument, "payment_id"),
        (
            |r| r.payment_id = "3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned(),
            Reason::InvalidArgument,
            "payment_id",
        ),
        (|r| r.code = "4006381333931".to_owned(), Reason::CodeMalformed, "code"),
        (|r| r.code = r.code.to_lowercase(), Reason::KeyboardLayout, "code"),
        (|r| r.gross_amount = None, Reason::InvalidArgument, "gross_amount"),
        (|r| r.amount_due = cny(-1), Reason::InvalidArgument, "amount_due.minor_units"),
        (
            |r| r.redemptions.push(r.redemptions[0].clone()),
            Reason::InvalidArgument,
            "redemptions[1].offer_number",
        ),
    ];
    for (spoil, reason, field) in spoil {
        let mut sale = good.clone();
        spoil(&mut sale.0);
        let status = scene.refuses(&sale, reason).await;
        assert_eq!(Failure::from_status(&status).unwrap().field.as_deref(), Some(field));
    }
    assert_eq!(refused(scene.till.payment(good.id()).await), Reason::PaymentNotFound);
    assert!(scene.till.pay(&good).await.is_ok(), "the id is still free");
}

#[tokio::test]
async fn two_codes_share_nothing_of_the_shopper() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let mut scene = Scene::new().await;
    let tokens = scene.phone.tokens(2).await;
    let codes: Vec<Vec<u8>> = tokens
        .iter()
        .map(|token| {
            scene.world.clock.advance_ms(1_000);
            BASE64_STANDARD.decode(scene.phone.sign(scene.phone.unsigned(*token, &[]))).unwrap()
        })
        .collect();
    let public_key = scene.phone.key.verifying_key().to_bytes();
    let common: usize = codes[0].iter().zip(&codes[1]).filter(|(a, b)| a == b).count();
    // 85 .. CPV01 (7), 61 .. 4F .. AID (13), 5A 0A and the first digit, language (6), the tags of 63, most of the time.
    assert!(common < 45, "{common} bytes are the same");
    for code in &codes {
        assert!(!code.windows(8).any(|window| public_key.windows(8).any(|key| key == window)));
        let text = String::from_utf8_lossy(code).into_owned();
        assert!(!text.contains(&scene.phone.wallet_id));
    }
    let payment = scene.sale().await;
    let payment = scene.till.pay(&payment).await.unwrap();
    assert!(!format!("{payment:?}").contains(&scene.phone.wallet_id), "the shop never learns the wallet");
    let _ = (UnixMillis(0), &scene.issuer.id);
}

impl Scene {
    /// A new session for the same phone, since the one before is long over.
    async fn phone_again(&mut self) {
        let key = self.phone.key.clone();
        self.phone = self.world.phone_with(key).await;
    }
}
