//! What a shopper pays with: the combined code, or the number of a payment token alone where the till reads no more.

use proto::v1::CreatePaymentRequest;
use shared::{code::TokenNumber, ids::OfferNumber, offer::Claim};

use crate::{offers::OfferBook, scan::Scan, words::Lang};

/// What names coupons and proves the shopper's will to the provider.
pub trait Means {
    /// The coupons that the shopper wants to use.
    fn claims(&self, offers: &OfferBook) -> Vec<Claim>;
    /// Puts the proof into the request.
    fn prove(&self, request: &mut CreatePaymentRequest);
}

/// A combined code proves itself.
impl Means for Scan {
    fn claims(&self, _: &OfferBook) -> Vec<Claim> {
        self.claims.clone()
    }

    fn prove(&self, request: &mut CreatePaymentRequest) {
        request.code.clone_from(&self.text);
    }
}

/// A token's number proves nothing: its shopper approves the payment on the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareToken {
    /// The number.
    pub number: TokenNumber,
    /// Offers of which the shopper has a coupon for this shop, as the provider says.
    pub offers: Vec<OfferNumber>,
}

impl Means for BareToken {
    /// Of offers that this till hasn't heard of it can't know the terms: they are left out.
    fn claims(&self, offers: &OfferBook) -> Vec<Claim> {
        let claim = |number: &OfferNumber| offers.get(*number).map(|offer| offer.terms.claim(*number));
        self.offers.iter().filter_map(claim).collect()
    }

    fn prove(&self, request: &mut CreatePaymentRequest) {
        request.token_number = self.number.to_string();
    }
}

/// Either of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A combined code.
    Code(Box<Scan>),
    /// A token alone.
    Token(BareToken),
}

impl Shown {
    /// The offers that it names.
    pub fn offers(&self) -> Vec<OfferNumber> {
        match self {
            Self::Code(scan) => scan.claims.iter().map(|claim| claim.offer_number).collect(),
            Self::Token(token) => token.offers.clone(),
        }
    }

    /// The shopper's language, where it is known.
    pub fn language(&self) -> Option<Lang> {
        match self {
            Self::Code(scan) => scan.language(),
            Self::Token(_) => None,
        }
    }
}

impl Means for Shown {
    fn claims(&self, offers: &OfferBook) -> Vec<Claim> {
        match self {
            Self::Code(scan) => scan.claims(offers),
            Self::Token(token) => token.claims(offers),
        }
    }

    fn prove(&self, request: &mut CreatePaymentRequest) {
        match self {
            Self::Code(scan) => scan.prove(request),
            Self::Token(token) => token.prove(request),
        }
    }
}
