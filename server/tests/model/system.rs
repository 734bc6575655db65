//! The system under test, in the reference's words.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, future::BoxFuture};
use server::{
    Running,
    clock::{ManualClock, Surroundings, SystemRandom},
    config::{Config, Rules},
    engine::{
        Engine,
        decide::{
            approval::AnswerPayment,
            campaign::{CreateCampaign, SetCampaignState},
            close::CloseWallet,
            coupon::{ClipOffer, UnclipCoupon},
            device::{Caller, Joined},
            enrol::{CreateIssuer, CreateMerchant, CreateTerminal},
            payment::{CreatePayment, Scan, ScannedCode},
            refund::{Goods, RefundPayment},
            reversal::ReversePayment,
            settlement::{CloseBatch, PayOut, What},
            transfer::{Deposit, FundCampaign},
            wallet::{FreezeWallet, IssueTokens, OpenWallet},
        },
    },
    model::{CampaignState, Text},
    serve,
    store::Store,
};
use shared::{
    basket::Line,
    gs1::Gtin,
    ids::{CouponId, IssuerId, MerchantId, OfferNumber, TerminalId, WalletId},
    ledger,
    money::{Currency, Money},
    offer::{Need, RefundPolicy, Reward, Terms, TermsParts},
    payment::{
        RedeemedLine, Redemption,
        approval::{self, Limits},
    },
    settlement::{BatchId, FeeRate, Party},
    time::UnixMillis,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Backend,
    answers::{budget, closed, coupon, payment, refunded, seen},
    book::{self, Account, Ask, Book, Kind, Minor, Outcome, Policy, Return, Seen},
    cluster::cluster,
    command::Command,
    tables::{Books, Tables},
};

pub(crate) struct System {
    pub clock: Arc<ManualClock>,
    running: Running,
    wallets: Vec<WalletId>,
    callers: Vec<Caller>,
    shops: Vec<(MerchantId, TerminalId)>,
    issuers: Vec<IssuerId>,
    offers: Vec<(OfferNumber, Terms)>,
    fee_ppm: Minor,
    /// Looked into after each crowd.
    books: Mutex<Books>,
    _dir: TempDir,
}

/// What came of a command.
pub(crate) struct Answer {
    pub outcome: Outcome,
    /// The tokens that it gave out.
    pub tokens: Vec<u64>,
}

impl System {
    /// A provider with the parties and campaigns of the book, and nothing in it yet.
    pub(crate) async fn start(backend: Backend, book: &Book) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(UnixMillis(book.now));
        let outside = Surroundings { clock: clock.clone(), random: Arc::new(SystemRandom) };
        let tables = match backend {
            Backend::Sqlite => Tables::File(dir.path().join("onescan.sqlite")),
            Backend::Postgres => {
                // Named after the folder, whose name nobody else has.
                let name = dir.path().file_name().unwrap().to_string_lossy().to_lowercase();
                let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                Tables::Postgres(cluster().database(&format!("world_{name}_{}", std::process::id())))
            }
        };
        let store = Store::open_at(tables.database(), dir.path(), Currency::CNY, &outside).unwrap();
        let settings = book.settings;
        let rules = Rules {
            code_valid_ms: settings.code_valid_ms,
            code_ahead_ms: settings.code_ahead_ms,
            reversal_window_ms: settings.reversal_window_ms,
            token_ttl_ms: settings.token_ttl_ms,
            approval_limits: Limits {
                per_payment_minor: settings.approval_over,
                per_day_minor: settings.approval_over_day,
            },
            approval_ttl_ms: settings.approval_ttl_ms,
            ..Rules::default()
        };
        let config =
            Config { rules, sweep_interval: std::time::Duration::from_secs(86_400), ..Config::default() };
        let running = serve(config, store, outside).await.unwrap();
        let engine = running.engine();
        let mut callers = Vec::new();
        for n in 0..book.shoppers.len() {
            let public_key = [u8::try_from(n).unwrap(); 32];
            let open = OpenWallet { public_key, device_name: "Phone".to_owned(), recovery: public_key };
            let Joined { view, device, .. } = engine.run(open).await.unwrap();
            callers.push(Caller { wallet: view.wallet.id, device });
        }
        let fee = FeeRate::from_ppm(u32::try_from(settings.fee_ppm).unwrap()).unwrap();
        let mut shops = Vec::new();
        for _ in 0..book.batches.len() {
            let merchant = engine
                .run(CreateMerchant { name: "Corner Shop".to_owned(), fee, key_hash: [4; 32] })
                .await
                .unwrap();
            let till =
                CreateTerminal { branch: None, merchant, name: "Lane 1".to_owned(), key_hash: [1; 32] };
            shops.push((merchant, engine.run(till).await.unwrap()));
        }
        let mut issuers = Vec::new();
        for _ in 0..2 {
            let issuer =
                CreateIssuer { name: "Silk AG".to_owned(), fee: FeeRate::default(), key_hash: [2; 32] };
            issuers.push(engine.run(issuer).await.unwrap());
        }
        let mut offers = Vec::new();
        for (n, offer) in book.offers.iter().enumerate() {
            offers.push(campaign(engine, n, offer, issuers[offer.issuer]).await);
        }
        let fee_ppm = settings.fee_ppm;
        Self {
            clock,
            running,
            wallets: callers.iter().map(|caller| caller.wallet).collect(),
            callers,
            shops,
            issuers,
            offers,
            fee_ppm,
            books: Mutex::new(tables.read()),
            _dir: dir,
        }
    }

    pub(crate) async fn sweep(&self) {
        self.running.sweep().await.unwrap();
    }

    /// Sends commands at the same time, so that they share commits; the queue keeps their order.
    pub(crate) async fn run(&self, crowd: &[Command], phones: &mut [Vec<u64>]) -> Vec<Answer> {
        let answers = futures::future::join_all(crowd.iter().map(|command| self.send(command))).await;
        for (command, answer) in crowd.iter().zip(&answers) {
            if let Command::Tokens { wallet, .. } = command {
                phones[*wallet].extend(&answer.tokens);
            }
        }
        answers
    }

    fn send<'a>(&'a self, command: &'a Command) -> BoxFuture<'a, Answer> {
        let engine = self.running.engine();
        let money = |minor| Money::new(Currency::CNY, minor);
        let plain = |outcome| Answer { outcome, tokens: Vec::new() };
        match command {
            Command::Deposit { id, to, amount } => {
                let (request_id, request_hash) = (uuid(*id), hash(command));
                let deposit =
                    Deposit { request_id, request_hash, to: self.account(*to), amount: money(*amount) };
                async move { plain(seen(engine.run(deposit).await, |m| Seen::Balance(m.minor))) }.boxed()
            }
            Command::Fund { id, offer, amount } => {
                let fund = FundCampaign {
                    request_id: uuid(*id),
                    request_hash: hash(command),
                    issuer: self.issuer_of(*offer),
                    offer: self.offers[*offer].0,
                    amount: money(*amount),
                };
                async move { plain(seen(engine.run(fund).await, budget)) }.boxed()
            }
            Command::SetActive { offer, active } => {
                let to = if *active { CampaignState::Active } else { CampaignState::Paused };
                let set = SetCampaignState {
                    issuer: self.issuer_of(*offer),
                    offer: self.offers[*offer].0,
                    to,
                    return_budget: false,
                };
                async move { plain(seen(engine.run(set).await, budget)) }.boxed()
            }
            Command::Freeze { wallet, frozen } => {
                let freeze = FreezeWallet { wallet: self.wallets[*wallet], frozen: *frozen };
                async move { plain(seen(engine.run(freeze).await, |w| Seen::Balance(w.balance_minor))) }
                    .boxed()
            }
            Command::CloseWallet { wallet } => {
                let close = CloseWallet { caller: self.callers[*wallet] };
                async move { plain(seen(engine.run(close).await, |w| Seen::Balance(w.balance_minor))) }
                    .boxed()
            }
            Command::PayOutWallet { id, wallet, amount } => {
                let what = What::Wallet(self.wallets[*wallet], money(*amount));
                self.pay_out(*id, hash(command), what)
            }
            Command::Tokens { wallet, count } => {
                let issue = IssueTokens { caller: self.callers[*wallet], count: *count };
                async move {
                    let mut tokens = Vec::new();
                    let outcome = seen(engine.run(issue).await, |issued| {
                        tokens.extend(issued.iter().map(|(id, _)| *id));
                        Seen::Tokens(tokens.len())
                    });
                    Answer { outcome, tokens }
                }
                .boxed()
            }
            Command::Clip { wallet, offer } => {
                let clip = ClipOffer { wallet: self.wallets[*wallet], offer: self.offers[*offer].0 };
                async move { plain(seen(engine.run(clip).await, coupon)) }.boxed()
            }
            Command::Unclip { wallet, offer, sequence } => {
                let sequence = u32::try_from(*sequence).unwrap();
                let coupon_id = CouponId { offer: self.offers[*offer].0, sequence };
                let unclip = UnclipCoupon { wallet: self.wallets[*wallet], coupon: coupon_id };
                async move { plain(seen(engine.run(unclip).await, coupon)) }.boxed()
            }
            Command::Pay(ask) => {
                let create = self.create(ask, hash(command));
                async move { plain(seen(engine.run(create).await, |p| payment(&p))) }.boxed()
            }
            Command::Reverse { merchant, payment: id } => {
                let (merchant, terminal) = self.shops[*merchant];
                let reverse = ReversePayment { id: uuid(*id), merchant, terminal };
                async move { plain(seen(engine.run(reverse).await, |p| payment(&p))) }.boxed()
            }
            Command::Approve { wallet, payment: id } | Command::Reject { wallet, payment: id } => {
                let yes = matches!(command, Command::Approve { .. });
                let answer = if yes { approval::Answer::Approve } else { approval::Answer::Reject };
                let answer = AnswerPayment { signer: self.callers[*wallet], id: uuid(*id), answer };
                async move { plain(seen(engine.run(answer).await, |p| payment(&p))) }.boxed()
            }
            Command::Refund(back) => {
                let refund = self.refund(back, hash(command));
                async move {
                    plain(seen(engine.run(refund).await, |(payment, refund)| refunded(&payment, &refund)))
                }
                .boxed()
            }
            Command::Close { id, merchant } => {
                let fee_rate = FeeRate::from_ppm(u32::try_from(self.fee_ppm).unwrap()).unwrap();
                let party = Party::Merchant(self.shops[*merchant].0);
                let close = CloseBatch { close_id: uuid(*id), party, fee_rate };
                async move { plain(seen(engine.run(close).await, |batch| Seen::Batch(closed(&batch)))) }
                    .boxed()
            }
            Command::PayOut { id, merchant, batch } => {
                let party = Party::Merchant(self.shops[*merchant].0);
                let what = What::Batch(BatchId { party, number: u32::try_from(*batch).unwrap() + 1 });
                self.pay_out(*id, hash(command), what)
            }
        }
    }

    fn pay_out(&self, id: u128, request_hash: [u8; 32], what: What) -> BoxFuture<'_, Answer> {
        let pay_out = PayOut { request_id: uuid(id), request_hash, what };
        let engine = self.running.engine();
        async move {
            let outcome = seen(engine.run(pay_out).await, |(amount, _)| Seen::Balance(amount.minor));
            Answer { outcome, tokens: Vec::new() }
        }
        .boxed()
    }

    fn refund(&self, back: &Return, request_hash: [u8; 32]) -> RefundPayment {
        let goods = if back.everything {
            Goods::Everything
        } else {
            let line = |(offer, units): &(usize, u32)| (self.offers[*offer].0, 0, *units);
            Goods::Some {
                lines: back.lines.iter().map(line).collect(),
                other: Money::new(Currency::CNY, back.other),
            }
        };
        let merchant = self.shops[back.merchant].0;
        RefundPayment {
            id: uuid(back.id),
            request_hash,
            payment: uuid(back.payment),
            merchant,
            terminal: None,
            goods,
        }
    }

    fn create(&self, ask: &Ask, request_hash: [u8; 32]) -> CreatePayment {
        let (merchant, terminal) = self.shops[ask.merchant];
        let money = |minor| Money::new(Currency::CNY, minor);
        let redemption = |used: &book::Used| {
            let (number, terms) = &self.offers[used.offer];
            let line = Line {
                gtin: terms.claim(*number).gtin.unwrap(),
                units: used.units,
                unit_price_minor: used.price,
                grams: 0,
            };
            let line = RedeemedLine { line, discount_minor: used.discount };
            Redemption { offer_number: self.offers[used.offer].0, lines: vec![line] }
        };
        let claim = |offer: &usize| self.offers[*offer].1.claim(self.offers[*offer].0);
        CreatePayment {
            branch: None,
            id: uuid(ask.id),
            request_hash,
            merchant,
            terminal,
            scan: Scan {
                token: ask.token.map(|token| (token, self.wallets[ask.wallet])),
                code: (!ask.bare).then(|| ScannedCode {
                    signed: ask.signed,
                    issued_at: UnixMillis(ask.issued_at),
                    claims: ask.claimed.iter().map(claim).collect(),
                }),
            },
            gross: money(ask.gross),
            due: money(ask.due),
            redemptions: ask.used.iter().map(redemption).collect(),
            reference: String::new(),
        }
    }
}

impl System {
    fn issuer_of(&self, offer: usize) -> IssuerId {
        // As the book deals them out.
        self.issuers[offer % 2]
    }

    fn account(&self, account: Account) -> ledger::Account {
        match account {
            Account::Wallet(n) => ledger::Account::Wallet(self.wallets[n]),
            Account::Merchant(n) => ledger::Account::Merchant(self.shops[n].0),
            Account::Issuer(n) => ledger::Account::Issuer(self.issuers[n]),
            Account::Budget(n) => ledger::Account::CampaignBudget(self.offers[n].0),
            Account::Reserved(n) => ledger::Account::CampaignReserved(self.offers[n].0),
            Account::Fees => ledger::Account::ProviderFees,
            Account::Cash => ledger::Account::Cash,
        }
    }

    /// Every balance, and every coupon with what it holds, as the book has them.
    pub(crate) fn agrees(&self, book: &Book, seed: u64) {
        let mut books = self.books.lock().unwrap();
        let balances = books.balances();
        for (account, expected) in &book.accounts {
            let found = balances.get(&self.account(*account).to_string()).copied().unwrap_or(0);
            assert_eq!(found, *expected, "world {seed}: {account:?}");
        }
        let mut expected = BTreeMap::new();
        for ((wallet, offer), theirs) in &book.coupons {
            for (sequence, coupon) in theirs {
                let key = (self.wallets[*wallet].0, self.offers[*offer].0.0, *sequence);
                expected.insert(key, (coupon.state, coupon.held));
            }
        }
        assert_eq!(books.coupons(), expected, "world {seed}");
        book.check();
    }

    pub(crate) async fn end(self) {
        assert_eq!(self.running.audit().await.unwrap(), Vec::<String>::new());
        self.running.shutdown().await;
    }
}

/// One campaign, active and without money.
async fn campaign(engine: &Engine, n: usize, offer: &book::Offer, issuer: IssuerId) -> (OfferNumber, Terms) {
    let body = 690_123_400_000 + u64::try_from(n).unwrap();
    let gtin = Gtin::from_u64(body * 10 + shared::gs1::check_digit(body)).unwrap();
    let (reward, need) = match offer.kind {
        Kind::Each { off, max } => {
            (Reward::AmountOffEach { amount_minor: off, max_units: max }, Need::Units(1))
        }
        Kind::Percent { basis_points, cap } => {
            (Reward::PercentOff { basis_points, cap_minor: cap }, Need::Units(1))
        }
        Kind::Spend { off, least } => (Reward::AmountOff { amount_minor: off }, Need::Spend(least)),
    };
    let (starts_at, ends_at) = (UnixMillis(0), UnixMillis(offer.ends_at));
    let parts = TermsParts::new(Currency::CNY, vec![gtin], reward, starts_at, ends_at).needing(need);
    let refund_policy = match offer.policy {
        Policy::Restore => RefundPolicy::Restore,
        Policy::RestoreIfValid => RefundPolicy::RestoreIfValid,
        Policy::Burn => RefundPolicy::Burn,
    };
    let terms = Terms::try_from(TermsParts { refund_policy, ..parts });
    let terms = terms.unwrap();
    let text = Text { en: "Shampoo".to_owned(), zh: "洗发水".to_owned() };
    let create = CreateCampaign {
        image_url: String::new(),
        gpc_code: 0,
        issuer,
        issuer_name: "Silk AG".to_owned(),
        title: text.clone(),
        description: text,
        terms: terms.clone(),
        per_wallet_limit: u32::try_from(offer.limit).unwrap(),
        total_circulation: 0,
    };
    let number = engine.run(create).await.unwrap().campaign.offer.number;
    engine
        .run(SetCampaignState { issuer, offer: number, to: CampaignState::Active, return_budget: false })
        .await
        .unwrap();
    (number, terms)
}

fn uuid(id: u128) -> Uuid {
    Uuid::from_u128(id)
}

/// Stands for the request's SHA-256: the same for the same request.
fn hash(command: &Command) -> [u8; 32] {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    format!("{command:?}").hash(&mut hasher);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    bytes
}
