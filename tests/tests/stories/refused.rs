//! The one way in which a story says: no, for this reason, and everything is as before.

use proto::{
    status::Failure,
    v1::{Payment, PaymentState},
};
use shared::{ids::OfferNumber, offer::Refusal, reason::Reason};
use tests::{
    actors::{RawTill, Sale, Shopper},
    world::World,
};

/// The till asks; the provider refuses for `reason` and remembers that it did; balances, coupons and campaigns are as before.
pub(crate) async fn refused(
    world: &World,
    phone: &Shopper,
    till: &RawTill,
    sale: &Sale,
    reason: Reason,
) -> Failure {
    let before = world.books(&[phone]).await;
    let failure = no(till.pay(sale).await);
    assert_eq!(failure.reason, reason, "{failure:?}");
    assert_eq!(world.books(&[phone]).await, before, "something has moved though {reason:?}");

    let stored = till.get(sale.id()).await.expect("the provider remembers that it refused");
    assert_eq!(stored.state(), PaymentState::Declined);
    assert_eq!(stored.decline_reason, reason.as_str());
    assert_eq!(no(till.pay(sale).await), failure, "the same request gets the same answer");
    failure
}

/// The same for coupons: each refused one with its reason.
pub(crate) async fn coupons_refused(
    world: &World,
    phone: &Shopper,
    till: &RawTill,
    sale: &Sale,
    refusals: &[(u32, Refusal)],
) {
    let failure = refused(world, phone, till, sale, Reason::CouponRefused).await;
    let expected: Vec<_> = refusals.iter().map(|(offer, refusal)| (OfferNumber(*offer), *refusal)).collect();
    assert_eq!(failure.refusals, expected);
}

/// A refusal, not a payment.
pub(crate) fn no(outcome: Result<Payment, Failure>) -> Failure {
    match outcome {
        Ok(payment) => panic!("paid where it must be refused: {payment:?}"),
        Err(failure) => failure,
    }
}

/// A payment that went through.
pub(crate) fn completed(outcome: Result<Payment, Failure>) -> Payment {
    let payment = outcome.unwrap_or_else(|failure| panic!("refused: {failure:?}"));
    assert_eq!(payment.state(), PaymentState::Completed);
    payment
}
