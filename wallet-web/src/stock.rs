//! The phone's stock of payment tokens.
//!
//! A token pays once, and whoever sees it twice knows that it was the same phone. So one token serves one *visit* to a
//! till: the code that is renewed every 30 s within it carries the same token, and no other code ever does. A visit ends
//! with a payment, when the shopper asks for a new code, or when no code was shown for [`VISIT_GAP_MS`]. Tokens that were
//! shown and not used are spares: they are taken again, the longest unseen first, only when the phone is offline and has no other, because
//! being able to pay is worth more than not being recognised. After a payment the spares go too: one of them may have paid.

use shared::{code::TokenNumber, time::UnixMillis};

/// Tokens that the phone keeps.
pub const STOCK_FULL: usize = 15;
/// Below this it fetches new ones when it is online.
pub const STOCK_LOW: usize = 8;
/// A pause this long between two codes ends a visit to a till.
pub const VISIT_GAP_MS: i64 = 120_000;
/// A token this close to its end is not shown any more: the code must outlive the queue.
pub const TOKEN_MARGIN_MS: i64 = 120_000;

/// One payment token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub number: TokenNumber,
    /// From then on the provider no longer takes it.
    pub expires_at: UnixMillis,
}

/// The token of the visit that is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The token.
    pub token: Token,
    /// When a code with it was shown last, by the provider's clock.
    pub shown_at: UnixMillis,
}

/// The tokens at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stock {
    /// Never shown, oldest first.
    pub unseen: Vec<Token>,
    /// In use now.
    pub visit: Option<Visit>,
    /// Shown and, as far as the phone knows, not used; longest unseen first.
    pub spares: Vec<Token>,
}

impl Stock {
    /// The token for a code that is shown at `now`; `None` when there is none left.
    pub fn take(&mut self, now: UnixMillis) -> Option<Token> {
        self.drop_expired(now);
        match self.visit {
            Some(visit) if now.0.saturating_sub(visit.shown_at.0) <= VISIT_GAP_MS => {}
            _ => self.end_visit(),
        }
        let token = match self.visit {
            Some(visit) => visit.token,
            None if !self.unseen.is_empty() => self.unseen.remove(0),
            None if !self.spares.is_empty() => self.spares.remove(0),
            None => return None,
        };
        self.visit = Some(Visit { token, shown_at: now });
        Some(token)
    }

    /// The shopper wants a code that has nothing in common with the last.
    pub fn end_visit(&mut self) {
        self.spares.extend(self.visit.take().map(|visit| visit.token));
    }

    /// A payment was made: whichever token it used is gone.
    pub fn paid(&mut self) {
        self.visit = None;
        self.spares.clear();
    }

    /// New tokens came from the provider; the spares have done their duty.
    pub fn add(&mut self, tokens: impl IntoIterator<Item = Token>) {
        for token in tokens {
            if !self.unseen.contains(&token) {
                self.unseen.push(token);
            }
        }
        if !self.unseen.is_empty() {
            self.spares.clear();
        }
    }

    /// How many tokens to ask for now; 0 while there are enough.
    pub fn wanted(&self, now: UnixMillis) -> usize {
        let good = self.unseen.iter().filter(|token| lasts(token, now)).count();
        if good < STOCK_LOW { STOCK_FULL - good } else { 0 }
    }

    /// How many payments the phone can make before it has to be online: one for each token.
    pub fn payments_left(&self, now: UnixMillis) -> usize {
        let visit = self.visit.iter().map(|visit| &visit.token);
        self.unseen.iter().chain(&self.spares).chain(visit).filter(|token| lasts(token, now)).count()
    }

    fn drop_expired(&mut self, now: UnixMillis) {
        self.unseen.retain(|token| lasts(token, now));
        self.spares.retain(|token| lasts(token, now));
        self.visit = self.visit.filter(|visit| lasts(&visit.token, now));
    }
}

fn lasts(token: &Token, now: UnixMillis) -> bool {
    now.plus_ms(TOKEN_MARGIN_MS) < token.expires_at
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);
    const LATER: UnixMillis = UnixMillis(1_000_000_000);

    fn token(body: u64) -> Token {
        Token { number: TokenNumber::from_body(body).unwrap(), expires_at: LATER }
    }

    fn stock(bodies: impl IntoIterator<Item = u64>) -> Stock {
        let mut stock = Stock::default();
        stock.add(bodies.into_iter().map(token));
        stock
    }

    #[test]
    fn a_visit_keeps_its_token_and_the_next_visit_has_another() {
        let mut stock = stock([1, 2, 3]);
        assert_eq!(stock.take(NOW), Some(token(1)));
        assert_eq!(stock.take(NOW.plus_ms(30_000)), Some(token(1)));
        assert_eq!(stock.take(NOW.plus_ms(30_000 + VISIT_GAP_MS)), Some(token(1)));
        assert_eq!(stock.take(NOW.plus_ms(30_001 + 2 * VISIT_GAP_MS)), Some(token(2)));
        stock.end_visit();
        assert_eq!(stock.take(NOW.plus_ms(30_002 + 2 * VISIT_GAP_MS)), Some(token(3)));
    }

    #[test]
    fn offline_with_nothing_else_a_spare_is_shown_again() {
        let mut stock = stock([1, 2]);
        for expect in [1, 2, 1, 2] {
            assert_eq!(stock.take(NOW), Some(token(expect)));
            stock.end_visit();
        }
    }

    #[test]
    fn after_a_payment_nothing_that_was_shown_comes_back() {
        let mut stock = stock([1, 2]);
        stock.take(NOW);
        stock.end_visit();
        stock.take(NOW);
        stock.paid();
        assert_eq!(stock.take(NOW), None);
    }

    #[test]
    fn the_stock_is_filled_when_low_and_drops_what_is_about_to_end() {
        let mut stock = stock(1..=8);
        assert_eq!(stock.wanted(NOW), 0);
        stock.take(NOW);
        assert_eq!(stock.wanted(NOW), 8);
        assert_eq!(stock.payments_left(NOW), 8, "the one on the screen among them");
        let end = LATER.plus_ms(-TOKEN_MARGIN_MS);
        assert_eq!(stock.wanted(end), STOCK_FULL);
        assert_eq!((stock.payments_left(end), stock.take(end)), (0, None));
    }
}
