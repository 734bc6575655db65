//! What outlives the page and is needed to pay with no network. Stored as one protobuf record, so that a later version can
//! read what an earlier one wrote.

use prost::Message;
use proto::{
    convert::{time_from_wire, time_to_wire},
    v1,
};
use shared::{code::TokenNumber, time::UnixMillis};

use crate::{
    api::Account,
    pay::{Choice, Choices},
    stock::{Stock, Token, Visit},
};

/// What outlives the page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// Balance, state, provider; `None` before the wallet was opened.
    pub account: Option<Account>,
    /// What to add to the phone's clock to get the provider's, in ms.
    pub clock_offset_ms: i64,
    /// Clipped coupons, newest first.
    pub coupons: Vec<v1::Coupon>,
    /// Payment tokens.
    pub stock: Stock,
    /// What the shopper wants in the code and what not.
    pub choices: Choices,
    /// The shopper has written the recovery code down.
    pub recovery_kept: bool,
    /// A newer version of the wallet is about to take over; it says so when it has.
    pub updating: bool,
}

/// [`Memory`] as stored.
#[derive(Clone, PartialEq, Message)]
struct Record {
    #[prost(message, optional, tag = "1")]
    wallet: Option<v1::Wallet>,
    #[prost(message, optional, tag = "2")]
    provider: Option<v1::ProviderInfo>,
    #[prost(sint64, tag = "3")]
    clock_offset_ms: i64,
    #[prost(message, repeated, tag = "5")]
    coupons: Vec<v1::Coupon>,
    #[prost(message, repeated, tag = "7")]
    tokens_unseen: Vec<v1::PaymentToken>,
    #[prost(message, repeated, tag = "8")]
    tokens_spare: Vec<v1::PaymentToken>,
    #[prost(message, optional, tag = "9")]
    token_in_use: Option<v1::PaymentToken>,
    #[prost(int64, tag = "10")]
    token_shown_at_ms: i64,
    #[prost(uint32, repeated, tag = "11")]
    pinned: Vec<u32>,
    #[prost(uint32, repeated, tag = "12")]
    excluded: Vec<u32>,
    #[prost(bool, tag = "40")]
    recovery_kept: bool,
    #[prost(bool, tag = "13")]
    updating: bool,
}

impl Memory {
    /// For storage.
    pub fn to_bytes(&self) -> Vec<u8> {
        let chosen = |choice: Choice| {
            self.choices.iter().filter(move |(_, c)| **c == choice).map(|(offer, _)| *offer).collect()
        };
        let tokens = |tokens: &[Token]| tokens.iter().map(token_to_wire).collect();
        let visit = self.stock.visit;
        Record {
            wallet: self.account.as_ref().map(|account| account.wallet.clone()),
            provider: self.account.as_ref().map(|account| account.provider.clone()),
            clock_offset_ms: self.clock_offset_ms,
            coupons: self.coupons.clone(),
            tokens_unseen: tokens(&self.stock.unseen),
            tokens_spare: tokens(&self.stock.spares),
            token_in_use: visit.map(|visit| token_to_wire(&visit.token)),
            token_shown_at_ms: visit.map_or(0, |visit| visit.shown_at.0),
            pinned: chosen(Choice::Pinned),
            excluded: chosen(Choice::Excluded),
            recovery_kept: self.recovery_kept,
            updating: self.updating,
        }
        .encode_to_vec()
    }

    /// From storage; what can't be read is forgotten, since the provider has it.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let record = Record::decode(bytes).unwrap_or_default();
        let tokens = |tokens: &[v1::PaymentToken]| tokens.iter().filter_map(token_from_wire).collect();
        let shown_at = UnixMillis(record.token_shown_at_ms);
        let in_use = record.token_in_use.as_ref().and_then(token_from_wire);
        let choices = |offers: Vec<u32>, choice| offers.into_iter().map(move |offer| (offer, choice));
        Self {
            account: record
                .wallet
                .zip(record.provider)
                .map(|(wallet, provider)| Account { wallet, provider }),
            clock_offset_ms: record.clock_offset_ms,
            coupons: record.coupons,
            stock: Stock {
                unseen: tokens(&record.tokens_unseen),
                visit: in_use.map(|token| Visit { token, shown_at }),
                spares: tokens(&record.tokens_spare),
            },
            choices: choices(record.pinned, Choice::Pinned)
                .chain(choices(record.excluded, Choice::Excluded))
                .collect(),
            recovery_kept: record.recovery_kept,
            updating: record.updating,
        }
    }
}

/// A token as the provider gave it; `None` for one that is none.
pub(super) fn token_from_wire(wire: &v1::PaymentToken) -> Option<Token> {
    Some(Token {
        number: TokenNumber::parse(&wire.token_number).ok()?,
        expires_at: time_from_wire("expires_at", wire.expires_at.as_ref()).ok()?,
    })
}

fn token_to_wire(token: &Token) -> v1::PaymentToken {
    v1::PaymentToken {
        token_number: token.number.to_string(),
        expires_at: Some(time_to_wire(token.expires_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_back() {
        let token =
            |body| Token { number: TokenNumber::from_body(body).unwrap(), expires_at: UnixMillis(9_000) };
        let memory = Memory {
            account: Some(Account {
                wallet: v1::Wallet { wallet_id: "W1001".to_owned(), ..Default::default() },
                provider: v1::ProviderInfo { demo: true, ..Default::default() },
            }),
            clock_offset_ms: -61_000,
            coupons: vec![v1::Coupon { coupon_id: "100001-7".to_owned(), ..Default::default() }],
            stock: Stock {
                unseen: vec![token(1), token(2)],
                visit: Some(Visit { token: token(3), shown_at: UnixMillis(5) }),
                spares: vec![token(4)],
            },
            choices: [(1, Choice::Pinned), (2, Choice::Excluded)].into(),
            recovery_kept: true,
            updating: true,
        };
        assert_eq!(Memory::from_bytes(&memory.to_bytes()), memory);
        assert_eq!(Memory::from_bytes(&[]), Memory::default());
        assert_eq!(Memory::from_bytes(&[0xFF, 0xFF]), Memory::default());
    }
}
