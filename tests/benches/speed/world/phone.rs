//! A shopper's phone: a device key, a session, tokens, and the codes that it signs.

use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use proto::{
    claims,
    v1::{self, wallet_service_client::WalletServiceClient},
};
use shared::{
    code::{TokenNumber, UnsignedCode},
    ids::OfferNumber,
};
use tonic::transport::Channel;
use uuid::Uuid;

use super::{OFF_MINOR, Offer, PRICE_MINOR, cny, with};
use crate::load::Call;

/// Tokens of one request.
const TOKENS_ISSUED_MAX: usize = 15;

pub(crate) struct Phone {
    pub session: String,
    key: SigningKey,
    tokens: Vec<TokenNumber>,
}

impl Phone {
    /// Opens a wallet, or finds the one that has this phone's key.
    pub(crate) async fn open(channel: Channel, n: usize) -> Self {
        let mut client = WalletServiceClient::new(channel);
        let key = device_key(n);
        let challenge =
            client.create_challenge(v1::CreateChallengeRequest {}).await.unwrap().into_inner().challenge;
        let signature = key.sign(&shared::session::signing_input(&challenge)).to_bytes().to_vec();
        let open = v1::OpenWalletRequest {
            public_key: public_key(n).to_vec(),
            challenge,
            signature,
            device_name: "Phone".to_owned(),
        };
        let session = client.open_wallet(open).await.unwrap().into_inner().session_token;
        Self { session, key, tokens: Vec::new() }
    }

    /// Puts an offer's coupon into the wallet.
    pub(crate) fn clip(&self, offer: OfferNumber) -> Call {
        let request = v1::ClipOfferRequest { offer_number: offer.0 };
        Call::new("/onescan.v1.WalletService/ClipOffer", &self.session, &request)
    }

    /// Asks for as many tokens as one request gives.
    pub(crate) fn issue(&self) -> Call {
        let count = u32::try_from(TOKENS_ISSUED_MAX).unwrap();
        let request = v1::IssuePaymentTokensRequest { count };
        Call::new("/onescan.v1.WalletService/IssuePaymentTokens", &self.session, &request)
    }

    /// Fetches tokens until it has so many.
    pub(crate) async fn have_tokens(&mut self, channel: &Channel, wanted: usize) {
        let mut client = WalletServiceClient::new(channel.clone());
        while self.tokens.len() < wanted {
            let count = (wanted - self.tokens.len()).min(TOKENS_ISSUED_MAX);
            let issue = v1::IssuePaymentTokensRequest { count: u32::try_from(count).unwrap() };
            let issued = client.issue_payment_tokens(with(&self.session, issue)).await.unwrap().into_inner();
            self.tokens
                .extend(issued.tokens.iter().map(|token| TokenNumber::parse(&token.token_number).unwrap()));
        }
    }

    /// What a till asks of the provider once it has scanned a code with these coupons. Each takes a token.
    pub(crate) fn payment(&mut self, offers: &[Offer]) -> v1::CreatePaymentRequest {
        let coupons = i64::try_from(offers.len()).unwrap();
        // Without a coupon too something is bought.
        let gross_minor = PRICE_MINOR * coupons.max(1);
        v1::CreatePaymentRequest {
            payment_id: Uuid::now_v7().to_string(),
            code: self.code(offers),
            gross_amount: cny(gross_minor),
            amount_due: cny(gross_minor - OFF_MINOR * coupons),
            redemptions: offers.iter().map(redemption).collect(),
            merchant_reference: "R-1".to_owned(),
            token_number: String::new(),
        }
    }

    /// The text of a code made now.
    pub(crate) fn code(&mut self, offers: &[Offer]) -> String {
        let token = self.tokens.pop().expect("tokens were fetched");
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims: Vec<_> = offers.iter().map(|offer| offer.terms.claim(offer.number)).collect();
        let issued_at = u32::try_from(seconds).unwrap();
        let unsigned = UnsignedCode { token, language: None, issued_at, claims: claims::encode(&claims) };
        let signature = self.key.sign(&unsigned.signing_input()).to_bytes();
        unsigned.sign_with(signature).encode()
    }
}

/// The key of a phone.
fn device_key(n: usize) -> SigningKey {
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&n.to_be_bytes());
    SigningKey::from_bytes(&secret)
}

/// Its public part.
pub(crate) fn public_key(n: usize) -> [u8; 32] {
    device_key(n).verifying_key().to_bytes()
}

fn redemption(offer: &Offer) -> v1::CouponRedemption {
    let gtin = offer.terms.claim(offer.number).gtin.unwrap().short();
    let discount = cny(OFF_MINOR);
    let line = v1::RedeemedLine { gtin, units: 1, unit_price: cny(PRICE_MINOR), discount, grams: 0 };
    v1::CouponRedemption {
        offer_number: offer.number.0,
        lines: vec![line],
        ..v1::CouponRedemption::default()
    }
}
