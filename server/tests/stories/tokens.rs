//! One-time tokens.

use proto::v1;
use shared::reason::Reason;

use super::world::*;

#[tokio::test]
async fn the_oldest_are_revoked_where_a_wallet_would_hold_too_many() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let first = phone.tokens(15).await;
    phone.tokens(15).await;
    let used = phone.sign(phone.unsigned(first[3], &[]));
    till.pay(&Sale::of(&used, 100)).await.unwrap();
    // 29 are left; three more make 32, so the two oldest go.
    phone.tokens(3).await;
    let mut outcome = Vec::new();
    for token in &first[..5] {
        let code = phone.sign(phone.unsigned(*token, &[]));
        outcome.push(till.pay(&Sale::of(&code, 100)).await.map_err(|status| reason(&status)).map(|_| ()));
    }
    let (revoked, used) = (Err(Reason::TokenRevoked), Err(Reason::TokenAlreadyUsed));
    assert_eq!(outcome, [revoked, revoked, Ok(()), used, Ok(())]);
}

#[tokio::test]
async fn a_token_that_lay_too_long() {
    let mut world = World::new().await;
    let mut till = world.till().await;
    let mut phone = world.phone(10_000).await;
    let token = phone.tokens(1).await[0];
    world.clock.advance_ms(30 * DAY_MS);
    let code = phone.sign(phone.unsigned(token, &[]));
    assert_eq!(refused(till.pay(&Sale::of(&code, 100)).await), Reason::TokenExpired);
}

#[tokio::test]
async fn how_many_can_be_asked_for() {
    let mut world = World::new().await;
    let mut phone = world.phone(0).await;
    for count in [0, 16] {
        let request = with(&phone.session, v1::IssuePaymentTokensRequest { count });
        let refusal = phone.client.issue_payment_tokens(request).await;
        assert_eq!(refused(refusal), Reason::InvalidArgument);
    }
    assert_eq!(phone.tokens(15).await.len(), 15);
}
