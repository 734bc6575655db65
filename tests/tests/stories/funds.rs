//! Wallets that can't pay.

use proto::v1::PaymentState;
use shared::reason::Reason;
use tests::{
    actors::{Sale, minor},
    stage::Stage,
    world::SHAMPOO,
};

use crate::refused::{completed, no, refused};

#[tokio::test]
async fn too_little_money_moves_nothing_and_the_refusal_stays() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("24.99").await;
    let code = phone.code().await;
    let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    refused(&world, &phone, &till, &sale, Reason::InsufficientFunds).await;

    world.operator.deposit(&phone.wallet_id, minor("0.01")).await;
    let late_copy = no(till.pay(&sale).await);
    assert_eq!(late_copy.reason, Reason::InsufficientFunds, "the till has moved on; the id stays refused");
    assert_eq!(till.get(sale.id()).await.map(|p| p.state()), Ok(PaymentState::Declined));

    let again = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&again).await);
    phone.expect_balance("0.00").await;
}

#[tokio::test]
async fn a_frozen_wallet_pays_again_once_it_is_let() {
    let world = Stage::set().await;
    let (offer, mut phone, till) = world.shampoo_at_the_till("100.00").await;
    world.operator.freeze(&phone.wallet_id, true).await;
    let code = phone.code().await;
    let sale = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    refused(&world, &phone, &till, &sale, Reason::WalletFrozen).await;

    world.operator.freeze(&phone.wallet_id, false).await;
    let again = Sale::of(&code, 3000).redeems(offer, SHAMPOO, 1, 3000, 500);
    completed(till.pay(&again).await);
    phone.expect_balance("75.00").await;
}

#[tokio::test]
async fn money_of_another_currency_is_not_taken() {
    let world = Stage::set().await;
    let mut phone = world.phone("100.00").await;
    let till = world.raw_till().await;
    let before = world.books(&[&phone]).await;
    let sale = Sale::of(&phone.code().await, 1000).in_currency("USD");
    assert_eq!(no(till.pay(&sale).await).reason, Reason::CurrencyMismatch);
    assert_eq!(world.books(&[&phone]).await, before);
}
