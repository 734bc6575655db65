//! Payments per second through the engine on SQLite, with group commit against one commit each: `cargo bench -p server`.
//!
//! Both run in turn on databases of their own with the same history; medians and spread over the rounds are printed, with the
//! time that the writer thread was on a CPU for each payment. Codes count as verified: this is the engine alone.
//! `cargo bench -p server -- group` runs group commit only, for a profiler.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use server::{
    Running,
    clock::Surroundings,
    config::{BATCH_COMMANDS_MAX, Config},
    engine::{
        Engine,
        decide::{
            campaign::{CreateCampaign, SetCampaignState},
            coupon::ClipOffer,
            device::Caller,
            enrol::{CreateIssuer, CreateMerchant, CreateTerminal},
            payment::{CreatePayment, Scan, ScannedCode},
            transfer::{Deposit, FundCampaign},
            wallet::{IssueTokens, OpenWallet},
        },
    },
    model::{CampaignState, Text},
    serve,
    store::Store,
};
use shared::{
    basket::Line,
    gs1::Gtin,
    ids::{MerchantId, OfferNumber, TerminalId, WalletId},
    ledger::Account,
    money::{Currency, Money},
    offer::{Reward, Terms, TermsParts},
    payment::{RedeemedLine, Redemption},
    settlement::FeeRate,
    time::UnixMillis,
};
use tempfile::TempDir;
use tokio::sync::Mutex;
use uuid::Uuid;

const WALLETS: usize = 1_000;
const CAMPAIGNS: usize = 20;
const COUPONS_EACH: usize = 2;
const STREAMS: usize = 64;
const ROUNDS: usize = 5;
const PAYMENTS_A_ROUND: usize = WALLETS * CAMPAIGNS / COUPONS_EACH / ROUNDS;
const PRICE_MINOR: i64 = 3_000;
const OFF_MINOR: i64 = 500;

/// A provider with payments that are ready to be made.
struct Bench {
    running: Running,
    payments: Arc<Mutex<Vec<CreatePayment>>>,
    _dir: TempDir,
}

/// What one round showed.
#[derive(Clone, Copy)]
struct Round {
    payments_a_second: f64,
    writer_us_a_payment: f64,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        println!("machine: {}", machine());
        println!(
            "{STREAMS} callers, {COUPONS_EACH} coupons a payment, {PAYMENTS_A_ROUND} payments a round, {ROUNDS} rounds, \
             SQLite WAL synchronous=FULL"
        );
        let mut group = Bench::new(BATCH_COMMANDS_MAX).await;
        if std::env::args().any(|arg| arg == "group") {
            let mut groups = Vec::new();
            for _ in 0..ROUNDS {
                groups.push(group.round(STREAMS).await);
            }
            return report("group commit", &groups);
        }
        let mut single = Bench::new(1).await;
        let (mut groups, mut singles) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            groups.push(group.round(STREAMS).await);
            singles.push(single.round(STREAMS).await);
        }
        report("group commit", &groups);
        report("one commit each", &singles);
        let ratios: Vec<f64> =
            groups.iter().zip(&singles).map(|(g, s)| g.payments_a_second / s.payments_a_second).collect();
        println!("{:<18}{}", "ratio", spread(&ratios, 1));
        group.running.shutdown().await;
        single.running.shutdown().await;
    });
}

impl Bench {
    async fn new(batch_commands_max: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let outside = Surroundings::system();
        let store = Store::open(dir.path(), Currency::CNY, &outside).unwrap();
        // Filling it is not what is measured: all of it in large commits.
        let running = serve(Config::default(), store, outside.clone()).await.unwrap();
        let payments = fill(running.engine()).await;
        running.shutdown().await;
        let store = Store::open(dir.path(), Currency::CNY, &outside).unwrap();
        let config = Config { batch_commands_max, ..Config::default() };
        let running = serve(config, store, outside).await.unwrap();
        Self { running, payments: Arc::new(Mutex::new(payments)), _dir: dir }
    }

    async fn round(&mut self, streams: usize) -> Round {
        let ready: Vec<CreatePayment> = {
            let mut payments = self.payments.lock().await;
            let rest = payments.len() - PAYMENTS_A_ROUND;
            payments.split_off(rest)
        };
        let queue = std::sync::Mutex::new(ready);
        let (start, cpu) = (Instant::now(), writer_cpu());
        let caller = async || loop {
            let next = queue.lock().unwrap().pop();
            let Some(mut payment) = next else { return };
            payment.id = Uuid::now_v7();
            assert!(self.running.engine().run(payment).await.is_ok(), "a payment was refused");
        };
        futures::future::join_all((0..streams).map(|_| caller())).await;
        let (took, cpu) = (start.elapsed(), writer_cpu() - cpu);
        Round {
            payments_a_second: PAYMENTS_A_ROUND as f64 / took.as_secs_f64(),
            writer_us_a_payment: cpu.as_secs_f64() * 1e6 / PAYMENTS_A_ROUND as f64,
        }
    }
}

/// Parties, campaigns, wallets with money, coupons and tokens; and the payments that they allow, in mixed order.
async fn fill(engine: &Engine) -> Vec<CreatePayment> {
    let merchant = engine
        .run(CreateMerchant { name: "Corner Shop".to_owned(), fee: FeeRate::default(), key_hash: [4; 32] })
        .await
        .unwrap();
    let terminal = CreateTerminal { branch: None, merchant, name: "Lane 1".to_owned(), key_hash: [1; 32] };
    let terminal = engine.run(terminal).await.unwrap();
    let offers = campaigns(engine).await;
    let wallets = (0..WALLETS).map(|n| wallet(engine, n, &offers, merchant, terminal));
    let by_wallet = futures::future::join_all(wallets).await;
    let each = CAMPAIGNS / COUPONS_EACH;
    (0..each).flat_map(|n| by_wallet.iter().map(move |payments| payments[n].clone())).collect()
}

async fn campaigns(engine: &Engine) -> Vec<(OfferNumber, Terms)> {
    let issuer = engine
        .run(CreateIssuer { name: "Silk AG".to_owned(), fee: FeeRate::default(), key_hash: [2; 32] })
        .await
        .unwrap();
    let budget = OFF_MINOR * i64::try_from(WALLETS).unwrap();
    let money = |minor| Money::new(Currency::CNY, minor);
    let mut offers = Vec::new();
    for n in 0..CAMPAIGNS {
        let gtin = Gtin::from_u64(gtin(n)).unwrap();
        let terms = Terms::try_from(TermsParts::new(
            Currency::CNY,
            vec![gtin],
            Reward::AmountOffEach { amount_minor: OFF_MINOR, max_units: 1 },
            UnixMillis(0),
            UnixMillis(i64::MAX),
        ));
        let terms = terms.unwrap();
        let text = Text { en: "Silk Shampoo 500 ml".to_owned(), zh: "丝滑洗发水500毫升".to_owned() };
        let create = CreateCampaign {
            image_url: String::new(),
            gpc_code: 0,
            issuer,
            issuer_name: "Silk AG".to_owned(),
            title: text.clone(),
            description: text,
            terms: terms.clone(),
            per_wallet_limit: 1,
            total_circulation: 0,
        };
        let offer = engine.run(create).await.unwrap().campaign.offer.number;
        let to = Account::Issuer(issuer);
        let (request_id, request_hash) = (Uuid::now_v7(), [0; 32]);
        engine.run(Deposit { request_id, request_hash, to, amount: money(budget) }).await.unwrap();
        let amount = money(budget);
        engine
            .run(FundCampaign { request_id: Uuid::now_v7(), request_hash, issuer, offer, amount })
            .await
            .unwrap();
        engine
            .run(SetCampaignState { issuer, offer, to: CampaignState::Active, return_budget: false })
            .await
            .unwrap();
        offers.push((offer, terms));
    }
    offers
}

async fn wallet(
    engine: &Engine,
    n: usize,
    offers: &[(OfferNumber, Terms)],
    merchant: MerchantId,
    terminal: TerminalId,
) -> Vec<CreatePayment> {
    let mut public_key = [0; 32];
    public_key[..8].copy_from_slice(&n.to_be_bytes());
    let open = OpenWallet { public_key, device_name: "Phone".to_owned(), recovery: public_key };
    let joined = engine.run(open).await.unwrap();
    let (wallet, device): (WalletId, _) = (joined.view.wallet.id, joined.device);
    let payments = CAMPAIGNS / COUPONS_EACH;
    let deposit = Deposit {
        request_id: Uuid::now_v7(),
        request_hash: [0; 32],
        to: Account::Wallet(wallet),
        amount: Money::new(Currency::CNY, PRICE_MINOR * i64::try_from(CAMPAIGNS).unwrap()),
    };
    engine.run(deposit).await.unwrap();
    for (offer, _) in offers {
        engine.run(ClipOffer { wallet, offer: *offer }).await.unwrap();
    }
    let count = u32::try_from(payments).unwrap();
    let tokens = engine.run(IssueTokens { caller: Caller { wallet, device }, count }).await.unwrap();
    let chosen = offers.chunks(COUPONS_EACH);
    tokens
        .into_iter()
        .zip(chosen)
        .map(|((token, _), chosen)| payment((token, wallet), chosen, merchant, terminal))
        .collect()
}

fn payment(
    token: (u64, WalletId),
    chosen: &[(OfferNumber, Terms)],
    merchant: MerchantId,
    terminal: TerminalId,
) -> CreatePayment {
    let redemption = |(offer, terms): &(OfferNumber, Terms)| {
        let gtin = terms.claim(*offer).gtin.unwrap();
        let line = Line { gtin, units: 1, unit_price_minor: PRICE_MINOR, grams: 0 };
        Redemption { offer_number: *offer, lines: vec![RedeemedLine { line, discount_minor: OFF_MINOR }] }
    };
    let count = i64::try_from(chosen.len()).unwrap();
    let money = |minor| Money::new(Currency::CNY, minor);
    let now = server::clock::Clock::now(&server::clock::SystemClock);
    let claims = chosen.iter().map(|(offer, terms)| terms.claim(*offer)).collect();
    CreatePayment {
        branch: None,
        id: Uuid::nil(),
        request_hash: [3; 32],
        merchant,
        terminal,
        // Made when it is used, for all that the engine can tell.
        scan: Scan { token: Some(token), code: Some(ScannedCode { signed: true, issued_at: now, claims }) },
        gross: money(count * PRICE_MINOR),
        due: money(count * (PRICE_MINOR - OFF_MINOR)),
        redemptions: chosen.iter().map(redemption).collect(),
        reference: "R-1".to_owned(),
    }
}

/// A number with a right check digit.
fn gtin(n: usize) -> u64 {
    let body = 690_123_400_000 + u64::try_from(n).unwrap();
    body * 10 + shared::gs1::check_digit(body)
}

/// Time that all writer threads of this process have been on a CPU.
fn writer_cpu() -> Duration {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Duration::ZERO };
    let nanoseconds = tasks.flatten().filter_map(|task| {
        let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        if name.trim() == "writer" { stat.split(' ').next()?.parse::<u64>().ok() } else { None }
    });
    Duration::from_nanos(nanoseconds.sum())
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores, {}", model.trim_start_matches(['\t', ' ', ':']))
}

fn report(what: &str, rounds: &[Round]) {
    let rates: Vec<f64> = rounds.iter().map(|r| r.payments_a_second).collect();
    let cpu: Vec<f64> = rounds.iter().map(|r| r.writer_us_a_payment).collect();
    println!("{what:<18}{} payments/s, writer {} us a payment", spread(&rates, 0), spread(&cpu, 1));
}

/// Median, least and most.
fn spread(values: &[f64], decimals: usize) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (median, least, most) = (sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1]);
    format!("{median:.decimals$} ({least:.decimals$} to {most:.decimals$})")
}
