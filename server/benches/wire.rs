//! Payments per second over gRPC, and what each costs the server: `cargo bench -p server --bench wire`.
//!
//! The server is a process of its own; the client here keeps a number of calls under way on a few connections. Beside payments with
//! two coupons the same client makes bare calls (a health check) as the yardstick of the machine. Both take turns; medians and
//! spread over the rounds are printed, with the CPU time that the server's process took for each call.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use ed25519_dalek::{Signer, SigningKey};
use proto::{
    claims, convert,
    v1::{
        self, campaign_service_client::CampaignServiceClient, operator_service_client::OperatorServiceClient,
        payment_service_client::PaymentServiceClient, wallet_service_client::WalletServiceClient,
    },
};
use shared::{
    code::{TokenNumber, UnsignedCode},
    gs1::check_digit,
    ids::OfferNumber,
    offer::Terms,
};
use tonic::{Request, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use uuid::Uuid;

const WALLETS: usize = 1_000;
const CAMPAIGNS: usize = 20;
const COUPONS_EACH: usize = 2;
const CONNECTIONS: usize = 4;
const STREAMS: usize = 64;
const ROUNDS: usize = 5;
const CALLS_A_ROUND: usize = WALLETS * CAMPAIGNS / COUPONS_EACH / ROUNDS;

struct Server {
    process: Child,
    url: String,
    key: String,
}

#[derive(Clone, Copy)]
struct Round {
    calls_a_second: f64,
    server_us_a_call: f64,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let mut server = start(dir.path());
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            channels.push(Channel::from_shared(server.url.clone()).unwrap().connect().await.unwrap());
        }
        let (till, mut payments) = fill(&channels[0], &server.key).await;
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("{cores} cores, {CONNECTIONS} connections x {STREAMS} calls, {CALLS_A_ROUND} calls a round, {ROUNDS} rounds");
        let (mut paid, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let now = payments.split_off(payments.len() - CALLS_A_ROUND);
            paid.push(round(&channels, &server, Work::Payments(till.clone(), now)).await);
            bare.push(round(&channels, &server, Work::Bare).await);
        }
        report("payment", &paid);
        report("bare call", &bare);
        let ratios: Vec<f64> = paid.iter().zip(&bare).map(|(p, b)| p.calls_a_second / b.calls_a_second).collect();
        println!("{:<12}{}", "ratio", spread(&ratios, 2));
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).unwrap_or_default();
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown"));
        server.process.kill().unwrap();
        server.process.wait().unwrap();
    });
}

fn start(dir: &Path) -> Server {
    let mut process = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["serve", "--welcome-minor", "10000000", "--data-dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening ").unwrap().to_owned();
    let key = std::fs::read_to_string(dir.join("operator.key")).unwrap().trim().to_owned();
    Server { process, url, key }
}

enum Work {
    Payments(String, Vec<v1::CreatePaymentRequest>),
    Bare,
}

async fn round(channels: &[Channel], server: &Server, work: Work) -> Round {
    let (till, payments) = match work {
        Work::Payments(till, payments) => (till, payments.into_iter().map(Some).collect()),
        Work::Bare => (String::new(), vec![None; CALLS_A_ROUND]),
    };
    let queue = Arc::new(Mutex::new(payments));
    let (start, cpu) = (Instant::now(), server.cpu());
    let mut callers = Vec::new();
    for channel in channels {
        for _ in 0..STREAMS {
            let (queue, till) = (Arc::clone(&queue), till.clone());
            let mut pay = PaymentServiceClient::new(channel.clone());
            let mut bare = HealthClient::new(channel.clone());
            callers.push(tokio::spawn(async move {
                loop {
                    let next = queue.lock().unwrap().pop();
                    match next {
                        Some(Some(request)) => drop(pay.create_payment(with(&till, request)).await.unwrap()),
                        Some(None) => drop(bare.check(HealthCheckRequest::default()).await.unwrap()),
                        None => return,
                    }
                }
            }));
        }
    }
    for caller in callers {
        caller.await.unwrap();
    }
    let (took, cpu) = (start.elapsed(), server.cpu() - cpu);
    Round {
        calls_a_second: CALLS_A_ROUND as f64 / took.as_secs_f64(),
        server_us_a_call: cpu.as_secs_f64() * 1e6 / CALLS_A_ROUND as f64,
    }
}

impl Server {
    /// Time that all threads of the server have been on a CPU.
    fn cpu(&self) -> Duration {
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{}/task", self.process.id())) else {
            return Duration::ZERO;
        };
        let nanoseconds = tasks.flatten().filter_map(|task| {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            stat.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanoseconds.sum())
    }
}

fn with<T>(key: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    request
}

fn cny(minor: i64) -> Option<v1::Money> {
    Some(v1::Money { currency_code: "CNY".to_owned(), minor_units: minor })
}

/// Seeds through the public API; gives the till's key and signed payments in mixed order.
async fn fill(channel: &Channel, operator_key: &str) -> (String, Vec<v1::CreatePaymentRequest>) {
    let mut operator = OperatorServiceClient::new(channel.clone());
    let name = || "Corner Shop".to_owned();
    let merchant = operator.create_merchant(with(
        operator_key,
        v1::CreateMerchantRequest { name: name(), fee_rate: String::new() },
    ));
    let merchant_id = merchant.await.unwrap().into_inner().merchant_id;
    let terminal = v1::CreateTerminalRequest { branch_gln: String::new(), merchant_id, name: name() };
    let till = operator.create_terminal(with(operator_key, terminal)).await.unwrap().into_inner().key;
    let offers = campaigns(channel, operator_key).await;
    let wallets = (0..WALLETS).map(|n| wallet(channel.clone(), n, &offers));
    let by_wallet = futures::future::join_all(wallets).await;
    let each = CAMPAIGNS / COUPONS_EACH;
    let mixed = (0..each).flat_map(|n| by_wallet.iter().map(move |payments| payments[n].clone())).collect();
    (till, mixed)
}

async fn campaigns(channel: &Channel, operator_key: &str) -> Vec<(OfferNumber, Terms)> {
    let mut operator = OperatorServiceClient::new(channel.clone());
    let mut campaigns = CampaignServiceClient::new(channel.clone());
    let issuer = v1::CreateIssuerRequest { name: "Silk AG".to_owned(), fee_rate: String::new() };
    let issuer = operator.create_issuer(with(operator_key, issuer)).await.unwrap().into_inner();
    let deposit = v1::DepositRequest {
        deposit_id: Uuid::now_v7().to_string(),
        holder_id: issuer.issuer_id,
        amount: cny(1_000_000_000),
    };
    operator.deposit(with(operator_key, deposit)).await.unwrap();
    let mut offers = Vec::new();
    for n in 0..CAMPAIGNS {
        let body = 690_123_400_000 + u64::try_from(n).unwrap();
        let gtin = format!("{body}{}", check_digit(body));
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let terms = v1::Terms {
            requirements: vec![v1::Requirement {
                gtins: vec![gtin],
                company_prefixes: Vec::new(),
                need: Some(v1::requirement::Need::Units(1)),
            }],
            reward: Some(v1::terms::Reward::AmountOffEach(v1::AmountOffEach {
                amount: cny(500),
                max_units: 1,
            })),
            merchant_ids: Vec::new(),
            starts_at: time(0),
            ends_at: time(4_000_000_000),
            ..v1::Terms::default()
        };
        let text = v1::LocalizedText { en: "Shampoo".to_owned(), zh: "洗发水".to_owned() };
        let create = v1::CreateCampaignRequest {
            title: Some(text),
            description: None,
            terms: Some(terms.clone()),
            per_wallet_limit: 1,
            total_circulation: 0,
            image_url: String::new(),
            gpc_code: 0,
        };
        let made = campaigns.create_campaign(with(&issuer.key, create)).await.unwrap().into_inner();
        let offer_number = made.campaign.unwrap().offer.unwrap().offer_number;
        let funding_id = Uuid::now_v7().to_string();
        let fund = v1::FundCampaignRequest { offer_number, funding_id, amount: cny(1_000_000) };
        campaigns.fund_campaign(with(&issuer.key, fund)).await.unwrap();
        let activate = v1::ActivateCampaignRequest { offer_number };
        campaigns.activate_campaign(with(&issuer.key, activate)).await.unwrap();
        offers.push((OfferNumber(offer_number), convert::terms_from_wire(&terms).unwrap()));
    }
    offers
}

async fn wallet(
    channel: Channel,
    n: usize,
    offers: &[(OfferNumber, Terms)],
) -> Vec<v1::CreatePaymentRequest> {
    let mut client = WalletServiceClient::new(channel);
    let mut secret = [7; 32];
    secret[..8].copy_from_slice(&n.to_be_bytes());
    let key = SigningKey::from_bytes(&secret);
    let challenge =
        client.create_challenge(v1::CreateChallengeRequest {}).await.unwrap().into_inner().challenge;
    let signature = key.sign(&shared::session::signing_input(&challenge)).to_bytes().to_vec();
    let public_key = key.verifying_key().to_bytes().to_vec();
    let open = v1::OpenWalletRequest { public_key, challenge, signature, device_name: String::new() };
    let session = client.open_wallet(open).await.unwrap().into_inner().session_token;
    for (offer, _) in offers {
        client.clip_offer(with(&session, v1::ClipOfferRequest { offer_number: offer.0 })).await.unwrap();
    }
    let count = u32::try_from(CAMPAIGNS / COUPONS_EACH).unwrap();
    let issue = v1::IssuePaymentTokensRequest { count };
    let tokens = client.issue_payment_tokens(with(&session, issue)).await.unwrap().into_inner().tokens;
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    tokens
        .iter()
        .zip(offers.chunks(COUPONS_EACH))
        .map(|(token, chosen)| {
            let claims: Vec<_> = chosen.iter().map(|(offer, terms)| terms.claim(*offer)).collect();
            let unsigned = UnsignedCode {
                token: TokenNumber::parse(&token.token_number).unwrap(),
                language: None,
                issued_at: u32::try_from(seconds).unwrap(),
                claims: claims::encode(&claims),
            };
            let signature = key.sign(&unsigned.signing_input()).to_bytes();
            payment(unsigned.sign_with(signature).encode(), chosen)
        })
        .collect()
}

fn payment(code: String, chosen: &[(OfferNumber, Terms)]) -> v1::CreatePaymentRequest {
    let redemption = |(offer, terms): &(OfferNumber, Terms)| {
        let gtin = terms.claim(*offer).gtin.unwrap().short();
        let line = v1::RedeemedLine { gtin, units: 1, unit_price: cny(3_000), discount: cny(500), grams: 0 };
        v1::CouponRedemption { offer_number: offer.0, lines: vec![line], ..Default::default() }
    };
    let count = i64::try_from(chosen.len()).unwrap();
    v1::CreatePaymentRequest {
        payment_id: Uuid::now_v7().to_string(),
        code,
        gross_amount: cny(3_000 * count),
        amount_due: cny(2_500 * count),
        redemptions: chosen.iter().map(redemption).collect(),
        merchant_reference: "R-1".to_owned(),
        token_number: String::new(),
    }
}

fn report(what: &str, rounds: &[Round]) {
    let rates: Vec<f64> = rounds.iter().map(|r| r.calls_a_second).collect();
    let cpu: Vec<f64> = rounds.iter().map(|r| r.server_us_a_call).collect();
    println!("{what:<12}{} a second, server {} us each", spread(&rates, 0), spread(&cpu, 1));
}

/// Median, least and most.
fn spread(values: &[f64], decimals: usize) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (median, least, most) = (sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1]);
    format!("{median:.decimals$} ({least:.decimals$} to {most:.decimals$})")
}
