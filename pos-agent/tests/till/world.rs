//! A shop for tests: its provider, its offers, a till, and codes as a phone makes them.

use std::sync::Arc;

use ed25519_dalek::{Signer, SigningKey};
use pos_agent::{
    ambient::{Ambient, SystemAmbient},
    offers::OffersSettings,
    provider::ProviderSettings,
    scan::Scan,
    till::{Recovery, Till, TillSettings},
};
use proto::{claims, convert::terms_to_wire, v1::Offer};
use shared::{
    basket::{Basket, Line},
    code::{Language, TokenNumber, UnsignedCode},
    gs1::Gtin,
    ids::OfferNumber,
    money::Currency,
    offer::{Reward, Terms, TermsParts},
    time::UnixMillis,
};
use tempfile::TempDir;

use super::provider::{FakeProvider, title};

pub(crate) const SHAMPOO: &str = "6901234567892";
pub(crate) const MINTS: &str = "96385074";

pub(crate) struct Shop {
    pub(crate) provider: FakeProvider,
    pub(crate) data_dir: TempDir,
}

impl Shop {
    /// Two offers: 5.00 off a shampoo, 1.00 off mints.
    pub(crate) async fn open() -> Self {
        let provider = FakeProvider::start().await;
        provider.with(|world| {
            world.offers = vec![
                offer(100_001, SHAMPOO, 500, ("Silk Shampoo", "丝滑洗发水")),
                offer(100_002, MINTS, 100, ("Mints", "薄荷糖")),
            ];
        });
        Self { provider, data_dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn settings(&self) -> TillSettings {
        TillSettings {
            provider: ProviderSettings {
                address: self.provider.url(),
                ca_pem: None,
                key: "osk_terminal_T1001_secret".into(),
            },
            data_dir: self.data_dir.path().to_owned(),
            currency: Currency::CNY,
            offers: OffersSettings::default(),
        }
    }

    /// A till that has just been started.
    pub(crate) fn start_till(&self) -> (Till, Vec<Recovery>) {
        Till::open(&self.settings(), Arc::new(SystemAmbient)).unwrap()
    }

    /// A till with fresh offers and nothing left over.
    pub(crate) async fn till(&self) -> Till {
        let (till, left) = self.start_till();
        assert!(left.is_empty());
        till.refresh_offers().await.unwrap();
        till
    }
}

pub(crate) fn terms(gtin: &str, off_minor: i64) -> Terms {
    let ends_at = UnixMillis(SystemAmbient.now().0 + 86_400_000);
    let reward = Reward::AmountOffEach { amount_minor: off_minor, max_units: 1 };
    let parts =
        TermsParts::new(Currency::CNY, vec![Gtin::parse(gtin).unwrap()], reward, UnixMillis(0), ends_at);
    Terms::try_from(TermsParts { stores: vec!["M1001".parse().unwrap()], ..parts }).unwrap()
}

fn offer(number: u32, gtin: &str, off_minor: i64, (en, zh): (&str, &str)) -> Offer {
    Offer {
        offer_number: number,
        issuer_name: "Maker".into(),
        title: title(en, zh),
        description: None,
        terms: Some(terms_to_wire(&terms(gtin, off_minor))),
        clippable: true,
        image_url: String::new(),
        gpc_code: 0,
        per_wallet_limit: 1,
    }
}

/// A code with coupons of these offers (number, item, amount off).
pub(crate) fn code(token: u64, coupons: &[(u32, &str, i64)]) -> String {
    let claims: Vec<_> =
        coupons.iter().map(|(number, gtin, off)| terms(gtin, *off).claim(OfferNumber(*number))).collect();
    let unsigned = UnsignedCode {
        token: TokenNumber::from_body(900_000_000_000_000_000 + token).unwrap(),
        language: Some(Language::parse("zhen").unwrap()),
        issued_at: u32::try_from(SystemAmbient.now().seconds()).unwrap(),
        claims: claims::encode(&claims),
    };
    let signature = SigningKey::from_bytes(&[7; 32]).sign(&unsigned.signing_input());
    unsigned.sign_with(signature.to_bytes()).encode()
}

pub(crate) const SHAMPOO_COUPON: (u32, &str, i64) = (100_001, SHAMPOO, 500);
pub(crate) const MINTS_COUPON: (u32, &str, i64) = (100_002, MINTS, 100);

pub(crate) fn scan(token: u64, coupons: &[(u32, &str, i64)]) -> Scan {
    Scan::read(&code(token, coupons)).unwrap()
}

pub(crate) fn basket(lines: &[(&str, u32, i64)]) -> Basket {
    let line = |(gtin, units, unit_price_minor): &(&str, u32, i64)| Line {
        gtin: Gtin::parse(gtin).unwrap(),
        units: *units,
        unit_price_minor: *unit_price_minor,
        grams: 0,
    };
    Basket::new(Currency::CNY, lines.iter().map(line).collect()).unwrap()
}
