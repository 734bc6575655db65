//! The decisions as stories, without a database: one state that goes on from command to command, as a batch does.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use proptest::prelude::*;
use proto::status::Failure;
use shared::{
    basket::Line,
    gs1::Gtin,
    ids::{CouponId, MerchantId, OfferNumber, TerminalId, WalletId},
    ledger::Account,
    money::{Currency, Money},
    offer::{Refusal, Reward, Terms, TermsParts},
    payment::{PaymentState, RedeemedLine, Redemption},
    reason::Reason,
    settlement::FeeRate,
    time::UnixMillis,
};
use uuid::Uuid;

use super::{
    Command,
    campaign::{CreateCampaign, SetCampaignState},
    coupon::{ClipOffer, UnclipCoupon},
    device::Caller,
    enrol::{CreateIssuer, CreateMerchant},
    payment::{CreatePayment, Scan, ScannedCode},
    reversal::ReversePayment,
    sweep::Sweep,
    transfer::{Deposit, FundCampaign},
    wallet::{FreezeWallet, IssueTokens, OpenWallet},
};
use crate::{
    config::Rules,
    engine::{Keys, Numbers, Sequences, State},
    model::{AccountRow, CampaignState, CouponState, Payment, Text, TokenState},
};

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);
const SHAMPOO: u64 = 6_901_234_567_892;
const TERMINAL: TerminalId = TerminalId(1001);
const SEQUENCES: Sequences = Sequences {
    wallet: Numbers::after(1000),
    device: Numbers::after(1000),
    merchant: Numbers::after(1000),
    terminal: Numbers::after(1000),
    issuer: Numbers::after(1000),
    offer: Numbers::after(100_000),
    token: Numbers::after(0),
    entry: Numbers::after(0),
    revision: 0,
};

/// A provider in memory with one shop, one campaign (5.00 off a bottle, two clips a wallet) and its money.
struct Desk {
    state: State,
    merchant: MerchantId,
    offer: OfferNumber,
    terms: Terms,
}

/// An id that no other call gave.
fn new_id() -> Uuid {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    Uuid::from_u64_pair(0, GIVEN.fetch_add(1, Ordering::Relaxed) + 1)
}

impl Desk {
    fn new() -> Self {
        let mut state = State::new(NOW, Arc::new(Rules::default()), SEQUENCES);
        for account in [Account::Cash, Account::ProviderFees] {
            state.accounts.insert(account, AccountRow::default());
        }
        let reward = Reward::AmountOffEach { amount_minor: 500, max_units: 1 };
        let items = vec![Gtin::from_u64(SHAMPOO).unwrap()];
        let ends_at = NOW.plus_ms(7 * 24 * 3_600_000);
        let terms = Terms::try_from(TermsParts::new(Currency::CNY, items, reward, NOW, ends_at));
        let terms = terms.unwrap();
        let mut desk = Self { state, merchant: MerchantId(0), offer: OfferNumber(0), terms: terms.clone() };
        desk.merchant = desk
            .run(CreateMerchant {
                name: "Corner Shop".to_owned(),
                fee: FeeRate::default(),
                key_hash: [4; 32],
            })
            .unwrap();
        let issuer = desk
            .run(CreateIssuer { name: "Silk AG".to_owned(), fee: FeeRate::default(), key_hash: [0; 32] })
            .unwrap();
        let text = Text { en: "Shampoo".to_owned(), zh: "洗发水".to_owned() };
        let create = CreateCampaign {
            image_url: String::new(),
            gpc_code: 0,
            issuer,
            issuer_name: "Silk AG".to_owned(),
            title: text.clone(),
            description: text,
            terms,
            per_wallet_limit: 2,
            total_circulation: 0,
        };
        desk.offer = desk.run(create).unwrap().campaign.offer.number;
        desk.deposit(Account::Issuer(issuer), 3_000);
        let (request_id, amount) = (new_id(), Money::new(Currency::CNY, 3_000));
        let fund = FundCampaign { request_id, request_hash: [0; 32], issuer, offer: desk.offer, amount };
        desk.run(fund).unwrap();
        desk.run(SetCampaignState {
            issuer,
            offer: desk.offer,
            to: CampaignState::Active,
            return_budget: false,
        })
        .unwrap();
        desk
    }

    fn run<C: Command>(&mut self, command: C) -> Result<C::Output, Failure> {
        let mut keys = Keys::default();
        command.touches(&mut keys);
        let state = &mut self.state;
        let holders = keys.device_holders;
        state.wallets.looked_for(keys.wallets.into_iter().chain(holders.iter().copied()));
        state.devices_by_key.looked_for(keys.public_keys);
        let accounts = keys.accounts.into_iter().chain(keys.whole);
        state.accounts.looked_for(accounts.chain(holders.into_iter().map(Account::Wallet)));
        state.tokens.looked_for(keys.tokens);
        state.campaigns.looked_for(keys.campaigns.into_iter().chain(keys.campaigns_seen));
        state.payments.looked_for(keys.payments);
        state.requests.looked_for(keys.requests);
        command.decide(state)
    }

    fn deposit(&mut self, to: Account, minor: i64) {
        let amount = Money::new(Currency::CNY, minor);
        self.run(Deposit { request_id: new_id(), request_hash: [0; 32], to, amount }).unwrap();
    }

    fn wallet(&mut self, n: u8, balance_minor: i64) -> WalletId {
        let open = OpenWallet { public_key: [n; 32], device_name: "Phone".to_owned(), recovery: [n; 32] };
        let id = self.run(open).unwrap().view.wallet.id;
        if balance_minor > 0 {
            self.deposit(Account::Wallet(id), balance_minor);
        }
        id
    }

    fn clip(&mut self, wallet: WalletId) -> CouponId {
        self.run(ClipOffer { wallet, offer: self.offer }).unwrap().id
    }

    /// A shampoo at 30.00 with the coupon, paid with a fresh token.
    fn sale(&mut self, wallet: WalletId) -> CreatePayment {
        let device = self.state.devices_of(wallet).next().unwrap().id;
        let issue = IssueTokens { caller: Caller { wallet, device }, count: 1 };
        let token = self.run(issue).unwrap()[0].0;
        let gtin = Gtin::from_u64(SHAMPOO).unwrap();
        let line = Line { gtin, units: 1, unit_price_minor: 3_000, grams: 0 };
        let lines = vec![RedeemedLine { line, discount_minor: 500 }];
        CreatePayment {
            branch: None,
            id: new_id(),
            request_hash: [1; 32],
            merchant: self.merchant,
            terminal: TERMINAL,
            scan: Scan {
                token: Some((token, wallet)),
                code: Some(ScannedCode {
                    signed: true,
                    issued_at: self.state.now,
                    claims: vec![self.terms.claim(self.offer)],
                }),
            },
            gross: Money::new(Currency::CNY, 3_000),
            due: Money::new(Currency::CNY, 2_500),
            redemptions: vec![Redemption { offer_number: self.offer, lines }],
            reference: String::new(),
        }
    }

    fn reverse(&mut self, id: Uuid) -> Result<Payment, Failure> {
        self.run(ReversePayment { id, merchant: self.merchant, terminal: TERMINAL })
    }

    /// What must hold after every command.
    fn check(&self) {
        let sum: i64 = self.state.accounts.iter().map(|(_, row)| row.balance_minor).sum();
        assert_eq!(sum, 0, "all money is somewhere");
        for (account, row) in self.state.accounts.iter() {
            assert!(row.balance_minor >= 0 || *account == Account::Cash, "{account}");
            let postings = self.state.entries.iter().flat_map(|entry| entry.entry.postings());
            let posted: i64 = postings.filter(|p| p.account == *account).map(|p| p.amount_minor).sum();
            assert_eq!(posted, row.balance_minor, "{account} is the sum of its postings");
        }
        let held: i64 = self.state.coupons.iter().map(|(_, coupon)| coupon.reserved_minor).sum();
        assert_eq!(self.state.balance(Account::CampaignReserved(self.offer)), held);
        for (_, coupon) in self.state.coupons.iter().filter(|(_, c)| c.state == CouponState::Clipped) {
            assert_eq!(coupon.reserved_minor, 500, "a clipped coupon is honoured");
        }
        for (id, payment) in self.state.payments.iter() {
            let entries = self.state.entries.iter().filter(|entry| entry.payment == Some(*id)).count();
            let expect = match (payment.state, payment.entry) {
                (PaymentState::Completed, Some(_)) => 1,
                (PaymentState::Reversed, Some(_)) => 2,
                (PaymentState::Declined | PaymentState::Reversed, None) => 0,
                other => panic!("{other:?}"),
            };
            assert_eq!(entries, expect, "{payment:?}");
        }
    }
}

fn reason<T: std::fmt::Debug>(result: Result<T, Failure>) -> Reason {
    result.expect_err("should have been refused").reason
}

#[test]
fn one_reason_for_each_cause_in_a_fixed_order() {
    let mut desk = Desk::new();
    let wallet = desk.wallet(1, 1_000);
    let mut sale = desk.sale(wallet);
    // Everything is wrong at once; each fault mended shows the next.
    desk.run(FreezeWallet { wallet, frozen: true }).unwrap();
    let (token, _) = sale.scan.token.take().unwrap();
    let read = |sale: &mut CreatePayment, signed, made_ms| {
        let code = sale.scan.code.as_mut().unwrap();
        (code.signed, code.issued_at) = (signed, NOW.plus_ms(made_ms));
    };
    read(&mut sale, false, -90_001);
    sale.gross = Money::new("EUR".parse().unwrap(), 3_001);
    let check = |desk: &mut Desk, sale: &mut CreatePayment, expect: Reason| {
        sale.id = new_id();
        assert_eq!(reason(desk.run(sale.clone())), expect);
        assert_eq!(reason(desk.run(sale.clone())), expect, "again");
        desk.check();
    };
    check(&mut desk, &mut sale, Reason::TokenUnknown);
    sale.scan.token = Some((token, wallet));
    for (state, expect) in
        [(TokenState::Revoked, Reason::TokenRevoked), (TokenState::Used, Reason::TokenAlreadyUsed)]
    {
        desk.state.tokens.change(&token).state = state;
        check(&mut desk, &mut sale, expect);
    }
    desk.state.tokens.change(&token).state = TokenState::Unused;
    let expires_at = std::mem::replace(&mut desk.state.tokens.change(&token).expires_at, NOW);
    check(&mut desk, &mut sale, Reason::TokenExpired);
    desk.state.tokens.change(&token).expires_at = expires_at;
    check(&mut desk, &mut sale, Reason::SignatureInvalid);
    read(&mut sale, true, -90_001);
    check(&mut desk, &mut sale, Reason::CodeExpired);
    read(&mut sale, true, 30_001);
    check(&mut desk, &mut sale, Reason::CodeFromFuture);
    read(&mut sale, true, 0);
    check(&mut desk, &mut sale, Reason::WalletFrozen);
    desk.run(FreezeWallet { wallet, frozen: false }).unwrap();
    check(&mut desk, &mut sale, Reason::CurrencyMismatch);
    sale.gross.currency = Currency::CNY;
    check(&mut desk, &mut sale, Reason::AmountMismatch);
    sale.gross.minor = 3_000;
    check(&mut desk, &mut sale, Reason::CouponRefused);
    desk.clip(wallet);
    check(&mut desk, &mut sale, Reason::InsufficientFunds);
    desk.deposit(Account::Wallet(wallet), 1_500);
    sale.id = new_id();
    assert_eq!(desk.run(sale.clone()).unwrap().state, PaymentState::Completed);
    desk.check();
}

#[test]
fn each_command_sees_what_those_before_it_in_the_batch_did() {
    let mut desk = Desk::new();
    let wallet = desk.wallet(1, 5_000);
    desk.clip(wallet);
    let first = desk.sale(wallet);
    let same_token = CreatePayment { branch: None, id: new_id(), ..first.clone() };
    let same_coupon = desk.sale(wallet);
    let mut dear = desk.sale(wallet);
    dear.redemptions.clear();
    dear.due = dear.gross;

    assert_eq!(desk.run(first.clone()).unwrap().state, PaymentState::Completed);
    assert_eq!(reason(desk.run(same_token)), Reason::TokenAlreadyUsed);
    let refused = desk.run(same_coupon).unwrap_err();
    assert_eq!(refused.refusals, [(desk.offer, Refusal::AlreadyRedeemed)]);
    assert_eq!(reason(desk.run(dear)), Reason::InsufficientFunds);
    assert_eq!(desk.reverse(first.id).unwrap().state, PaymentState::Reversed);
    assert_eq!(desk.run(first).unwrap().state, PaymentState::Reversed);
    assert_eq!(desk.state.balance(Account::Wallet(wallet)), 5_000);
    desk.check();
}

#[test]
fn all_refused_coupons_are_named() {
    let mut desk = Desk::new();
    let wallet = desk.wallet(1, 50_000);
    let mut sale = desk.sale(wallet);
    let mut unknown = sale.redemptions[0].clone();
    unknown.offer_number = OfferNumber(5);
    sale.redemptions.push(unknown);
    sale.gross.minor = 6_000;
    sale.due.minor = 5_000;
    let refused = desk.run(sale).unwrap_err();
    assert_eq!(refused.refusals, [(desk.offer, Refusal::NotClipped), (OfferNumber(5), Refusal::NotClipped)]);
}

/// What can happen, by whom: each step is one of these with a wallet or payment picked by its number.
#[derive(Debug, Clone, Copy)]
enum Step {
    Clip(u8),
    Unclip(u8),
    Pay(u8),
    PayAgain(u8),
    Reverse(u8),
    ReverseUnknown,
    Later(u8),
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(Step::Clip),
        1 => any::<u8>().prop_map(Step::Unclip),
        4 => any::<u8>().prop_map(Step::Pay),
        2 => any::<u8>().prop_map(Step::PayAgain),
        3 => any::<u8>().prop_map(Step::Reverse),
        1 => Just(Step::ReverseUnknown),
        2 => any::<u8>().prop_map(Step::Later),
        2 => Just(Step::Sweep),
    ]
}

/// Everything that the sweep's reader would find.
fn due(desk: &Desk) -> Sweep {
    let state = &desk.state;
    let ended = state.coupons.iter().map(|(key, _)| *key).collect();
    let old = |at: UnixMillis| state.now.0 - at.0 > state.rules.reversal_window_ms;
    let payments = state.payments.iter().map(|(_, payment)| payment);
    let over: Vec<&Payment> = payments.filter(|p| p.entry.is_some() && old(p.created_at)).collect();
    let settled_through = over.iter().filter_map(|p| p.entry).max().unwrap_or(0);
    let ids: Vec<Uuid> = over.iter().map(|p| p.id).collect();
    let settled = state
        .coupons
        .iter()
        .filter_map(|(key, coupon)| Some((*key, coupon.payment.filter(|id| ids.contains(id))?)))
        .collect();
    Sweep { ended, ended_through: vec![(desk.offer, 0)], settled, settled_through, ..Sweep::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_books_are_right_whatever_happens(steps in prop::collection::vec(step(), 1..60)) {
        let mut desk = Desk::new();
        let wallets: Vec<WalletId> = (1..=3).map(|n| desk.wallet(n, 6_000)).collect();
        let mut sales: Vec<CreatePayment> = Vec::new();
        for step in steps {
            let wallet = |n: u8| wallets[usize::from(n) % wallets.len()];
            let sale = |n: u8| sales.get(usize::from(n).checked_rem(sales.len()).unwrap_or(0)).cloned();
            // Whether it is refused is not the point here.
            match step {
                Step::Clip(n) => drop(desk.run(ClipOffer { wallet: wallet(n), offer: desk.offer })),
                Step::Unclip(n) => {
                    let coupon = CouponId { offer: desk.offer, sequence: u32::from(n % 6) };
                    drop(desk.run(UnclipCoupon { wallet: wallet(n), coupon }));
                }
                Step::Pay(n) => {
                    let sale = desk.sale(wallet(n));
                    sales.push(sale.clone());
                    drop(desk.run(sale));
                }
                Step::PayAgain(n) => if let Some(sale) = sale(n) {
                    let seen = desk.state.payments.get(&sale.id).cloned();
                    let again = desk.run(sale);
                    match again {
                        Ok(payment) => prop_assert_eq!(Some(payment), seen),
                        Err(failure) => {
                            prop_assert_eq!(Some(failure.reason), seen.and_then(|p| Some(p.decline?.reason)));
                        }
                    }
                },
                Step::Reverse(n) => if let Some(sale) = sale(n) { drop(desk.reverse(sale.id)) },
                Step::ReverseUnknown => drop(desk.reverse(new_id())),
                Step::Later(n) => desk.state.now = desk.state.now.plus_ms(i64::from(n) * 1_200_000),
                Step::Sweep => desk.run(due(&desk)).unwrap(),
            }
            desk.check();
        }
    }
}
