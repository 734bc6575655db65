//! A shopper's phone that plays by itself: the wallet's own client code, with a key in memory and no screen but a
//! picture of the code.

use std::{io::Cursor, time::Duration};

use image::{GrayImage, ImageFormat, Luma};
use proto::{
    convert::time_from_wire,
    v1::{Payment, PaymentState, Wallet},
};
use shared::{
    code::{Language, TokenNumber},
    time::UnixMillis,
};
use tokio::time::timeout;
use tonic::transport::Channel;
use wallet_web::{
    api::{Changes, Provider, TOKENS_PER_CALL_MAX},
    keys::SoftwareKey,
    pay::{Choices, Room, clock_offset_ms, plan, sign},
    qr::Symbol,
    stock::{Stock, Token},
};

use super::{calls::present, now};
use crate::shell::Outcome;

/// Pixels that one module of the code is wide.
const SCALE: u32 = 8;
/// How long the provider's confirmation may take.
const CONFIRM_PATIENCE: Duration = Duration::from_secs(20);

/// A phone with an open wallet and tokens in stock.
pub(super) struct Phone {
    provider: Provider<Channel, SoftwareKey>,
    /// What the operator knows the wallet by.
    pub(super) wallet_id: String,
    stock: Stock,
    clock_offset_ms: i64,
}

impl Phone {
    /// Opens a wallet with a new key.
    pub(super) async fn open(channel: Channel) -> Outcome<Self> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|e| format!("this machine gives no randomness: {e}"))?;
        let provider = Provider::new(channel, SoftwareKey::from_seed(secret));
        let asked_at = now();
        let opened = provider.open("demo").await?.account;
        let server_time = time_from_wire("server_time", opened.provider.server_time.as_ref())?;
        let mut stock = Stock::default();
        for token in provider.issue_tokens(TOKENS_PER_CALL_MAX).await? {
            let number = TokenNumber::parse(&token.token_number)?;
            let expires_at = time_from_wire("expires_at", token.expires_at.as_ref())?;
            stock.add([Token { number, expires_at }]);
        }
        let clock_offset_ms = clock_offset_ms(asked_at, now(), server_time);
        Ok(Self { wallet_id: opened.wallet.wallet_id, provider, stock, clock_offset_ms })
    }

    /// Puts an offer's coupon into the wallet.
    pub(super) async fn clip(&self, offer_number: u32) -> Outcome {
        self.provider.clip(offer_number).await?;
        Ok(())
    }

    /// The text of a code with every coupon of the wallet.
    pub(super) async fn code(&mut self) -> Outcome<String> {
        let coupons = self.provider.coupons().await?;
        let (now, language) = (self.provider_now(), Language::parse("enzh").ok());
        let plan = plan(&coupons, &Choices::new(), language, Room::default(), now);
        let token = self.stock.take(now).ok_or("the wallet has no payment tokens")?;
        Ok(sign(&plan, token.number, language, now, self.provider.key()).await?.text)
    }

    /// Everything that changes from now on.
    pub(super) async fn watch(&self) -> Outcome<Confirmation> {
        Ok(Confirmation(self.provider.watch().await?))
    }

    fn provider_now(&self) -> UnixMillis {
        now().plus_ms(self.clock_offset_ms)
    }
}

/// The stream by which the phone learns that it has paid.
pub(super) struct Confirmation(Changes);

impl Confirmation {
    /// The first payment that is completed, and the wallet after it.
    pub(super) async fn paid(mut self) -> Outcome<(Payment, Wallet)> {
        let waiting = async {
            while let Some(change) = self.0.next().await? {
                let paid = change.payment.filter(|payment| payment.state() == PaymentState::Completed);
                if let Some(payment) = paid {
                    return Ok((payment, present("wallet", change.wallet)?));
                }
            }
            Err("the provider ended the phone's stream before it confirmed the payment".into())
        };
        let late = |_| "the phone did not learn of the payment in time";
        timeout(CONFIRM_PATIENCE, waiting).await.map_err(late)?
    }
}

/// The code as the phone's screen shows it, as a PNG.
pub(super) fn picture(code: &str) -> Outcome<Vec<u8>> {
    let symbol = Symbol::draw(code)?;
    let side = u32::try_from(symbol.size_with_quiet_zone())? * SCALE;
    let dark = |x: u32, y: u32| symbol.is_dark((y / SCALE) as usize, (x / SCALE) as usize);
    let picture = GrayImage::from_fn(side, side, |x, y| Luma([if dark(x, y) { 0 } else { 255 }]));
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}
