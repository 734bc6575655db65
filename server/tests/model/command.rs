//! Random commands, as shoppers, tills, shops, manufacturers and the operator would send them, mistakes among them.

use fastrand::Rng;

use crate::book::{Account, Ask, Book, CouponState, Minor, PaymentState, Return, Used};

/// What somebody asks of the provider.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    Deposit { id: u128, to: Account, amount: Minor },
    Fund { id: u128, offer: usize, amount: Minor },
    SetActive { offer: usize, active: bool },
    Freeze { wallet: usize, frozen: bool },
    CloseWallet { wallet: usize },
    PayOutWallet { id: u128, wallet: usize, amount: Minor },
    Tokens { wallet: usize, count: u32 },
    Clip { wallet: usize, offer: usize },
    Unclip { wallet: usize, offer: usize, sequence: usize },
    Pay(Ask),
    Approve { wallet: usize, payment: u128 },
    Reject { wallet: usize, payment: u128 },
    Reverse { merchant: usize, payment: u128 },
    Refund(Return),
    Close { id: u128, merchant: usize },
    PayOut { id: u128, merchant: usize, batch: usize },
}

/// Makes them.
pub(crate) struct Source {
    rng: Rng,
    ids: u128,
    /// The tokens on each phone, oldest first.
    pub phones: Vec<Vec<u64>>,
    sent: Vec<Command>,
}

impl Source {
    pub(crate) fn new(seed: u64, shoppers: usize) -> Self {
        Self { rng: Rng::with_seed(seed), ids: 0, phones: vec![Vec::new(); shoppers], sent: Vec::new() }
    }

    /// How far the clock goes on: mostly seconds, now and then a night.
    pub(crate) fn pause_ms(&mut self) -> i64 {
        match self.rng.u8(..) {
            0..4 => self.rng.i64(0..12 * 3_600_000),
            4..40 => self.rng.i64(0..120_000),
            _ => self.rng.i64(0..3_000),
        }
    }

    /// How many commands come at the same time.
    pub(crate) fn crowd(&mut self) -> usize {
        self.rng.usize(1..8)
    }

    pub(crate) fn one_in(&mut self, n: u32) -> bool {
        self.rng.u32(0..n) == 0
    }

    /// The next command. Some repeat an earlier one to the letter, as a network does.
    pub(crate) fn next(&mut self, book: &Book) -> Command {
        if !self.sent.is_empty() && self.one_in(20) {
            let back = self.rng.usize(1..=self.sent.len().min(40));
            return self.sent[self.sent.len() - back].clone();
        }
        let command = self.fresh(book);
        self.sent.push(command.clone());
        command
    }

    fn fresh(&mut self, book: &Book) -> Command {
        let wallet = self.rng.usize(0..book.shoppers.len());
        let offer = self.rng.usize(0..book.offers.len());
        let merchant = self.rng.usize(0..book.batches.len());
        // Seldom: a closed wallet does nothing any more.
        if self.one_in(1_500) {
            return Command::CloseWallet { wallet };
        }
        if self.one_in(200) {
            let amount = self.rng.i64(1..3_000);
            return Command::PayOutWallet { id: self.id(), wallet, amount };
        }
        match self.rng.u8(0..100) {
            0..4 => Command::Deposit {
                id: self.id(),
                to: Account::Wallet(wallet),
                amount: self.rng.i64(1..40_000),
            },
            4..5 => {
                let to = Account::Issuer(book.offers[offer].issuer);
                Command::Deposit { id: self.id(), to, amount: self.rng.i64(1..4_000) }
            }
            5..8 => Command::Fund { id: self.id(), offer, amount: self.rng.i64(1..6_000) },
            8..11 => Command::SetActive { offer, active: !self.one_in(4) },
            11..13 => Command::Freeze { wallet, frozen: self.one_in(4) },
            13..18 => Command::Tokens { wallet, count: self.rng.u32(1..=8) },
            18..34 => Command::Clip { wallet, offer },
            34..38 => self.unclip(book, wallet, offer),
            38..68 => Command::Pay(self.ask(book, wallet, merchant)),
            68..74 => {
                let (wallet, payment) = self.verdict(book, wallet);
                Command::Approve { wallet, payment }
            }
            74..77 => {
                let (wallet, payment) = self.verdict(book, wallet);
                Command::Reject { wallet, payment }
            }
            77..84 => self.reverse(book, merchant),
            84..96 => self.refund(book, merchant),
            96..98 => Command::Close { id: self.id(), merchant },
            _ => {
                let batches = book.batches[merchant].len();
                if batches == 0 {
                    return Command::Close { id: self.id(), merchant };
                }
                Command::PayOut { id: self.id(), merchant, batch: self.rng.usize(0..batches) }
            }
        }
    }

    /// Ids in the order of time, as UUIDv7 are.
    fn id(&mut self) -> u128 {
        self.ids += 1;
        (1 << 96) | self.ids
    }

    fn unclip(&mut self, book: &Book, wallet: usize, offer: usize) -> Command {
        let theirs = book.coupons.get(&(wallet, offer)).filter(|all| !all.is_empty());
        let sequence = theirs.map_or(1, |all| all[self.rng.usize(0..all.len())].0);
        Command::Unclip { wallet, offer, sequence }
    }

    fn ask(&mut self, book: &Book, wallet: usize, merchant: usize) -> Ask {
        let mut offers: Vec<usize> = (0..book.offers.len()).collect();
        self.rng.shuffle(&mut offers);
        let wanted = self.rng.usize(0..4);
        let clipped = |offer: &usize| {
            let theirs = book.coupons.get(&(wallet, *offer));
            theirs.is_some_and(|all| all.iter().any(|(_, c)| c.state == CouponState::Clipped))
        };
        offers.retain(|offer| clipped(offer) || self.rng.u32(0..40) == 0);
        offers.truncate(wanted);
        offers.sort_unstable();
        let used: Vec<Used> = offers.iter().filter_map(|offer| self.used(book, *offer)).collect();
        let covered: Minor = used.iter().map(|u| Minor::from(u.units) * u.price).sum();
        let discount: Minor = used.iter().map(|u| u.discount).sum();
        let gross = covered + if self.one_in(3) { 0 } else { self.rng.i64(0..6_000) };
        let due = gross - discount + if self.one_in(50) { self.rng.i64(-1..=1) } else { 0 };
        let tokens = &self.phones[wallet];
        let token = match tokens.len() {
            0 => None,
            n => Some(tokens[n - 1 - self.rng.usize(0..n.min(12))]),
        };
        let age_ms = match self.rng.u8(0..60) {
            0 => 100_000,
            1 => -40_000,
            _ => self.rng.i64(0..60_000),
        };
        let mut claimed: Vec<usize> = used.iter().map(|u| u.offer).collect();
        if self.one_in(40) {
            claimed.pop();
        }
        let (id, bare, signed) = (self.id(), self.one_in(20), !self.one_in(60));
        let issued_at = book.now - age_ms;
        Ask { id, merchant, wallet, token, bare, signed, issued_at, claimed, gross, due, used }
    }

    fn used(&mut self, book: &Book, offer: usize) -> Option<Used> {
        let (kind, price) = (book.offers[offer].kind, book.offers[offer].price);
        let units = self.rng.u32(1..=4);
        // Where the terms are not met the till would not have applied the coupon; sometimes it does all the same.
        let discount = match kind.discount(units, price) {
            Some(discount) => discount + i64::from(self.one_in(60)),
            None if self.one_in(10) => 1,
            None => return None,
        };
        Some(Used { offer, units, price, discount })
    }

    /// A late payment in (most often) one of these states; or one that does not exist.
    fn payment(&mut self, book: &Book, states: &[PaymentState]) -> u128 {
        if self.one_in(30) {
            return self.id();
        }
        let any = self.one_in(8);
        let late = book.payments.iter().rev().take(80);
        let fitting: Vec<u128> =
            late.filter(|(_, p)| any || states.contains(&p.state)).map(|(id, _)| *id).collect();
        if fitting.is_empty() { self.id() } else { fitting[self.rng.usize(0..fitting.len())] }
    }

    /// The shopper of a payment that waits for approval; seldom somebody else.
    fn verdict(&mut self, book: &Book, wallet: usize) -> (usize, u128) {
        let payment = self.payment(book, &[PaymentState::Pending]);
        let whose = book.payments.get(&payment).and_then(|p| p.wallet);
        (whose.filter(|_| !self.one_in(20)).unwrap_or(wallet), payment)
    }

    /// The shop of a payment; seldom another.
    fn shop_of(&mut self, book: &Book, payment: u128, merchant: usize) -> usize {
        let its = book.payments.get(&payment).map(|p| p.merchant);
        its.filter(|_| !self.one_in(20)).unwrap_or(merchant)
    }

    fn reverse(&mut self, book: &Book, merchant: usize) -> Command {
        let payment = self.payment(book, &[PaymentState::Completed, PaymentState::Pending]);
        Command::Reverse { merchant: self.shop_of(book, payment, merchant), payment }
    }

    fn refund(&mut self, book: &Book, merchant: usize) -> Command {
        let payment = self.payment(book, &[PaymentState::Completed, PaymentState::PartlyRefunded]);
        let merchant = self.shop_of(book, payment, merchant);
        let asked = book.payments.get(&payment).and_then(|p| p.ask.as_ref());
        let used: Vec<usize> = asked.map_or(Vec::new(), |ask| ask.used.iter().map(|u| u.offer).collect());
        let everything = self.one_in(5);
        let mut lines = Vec::new();
        for offer in used {
            if !everything && self.one_in(2) {
                lines.push((offer, self.rng.u32(1..=3)));
            }
        }
        let other = if everything || self.one_in(2) { 0 } else { self.rng.i64(1..3_000) };
        Command::Refund(Return { id: self.id(), payment, merchant, lines, other, everything })
    }
}
