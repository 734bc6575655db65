//! `--once`: one whole purchase by itself, from an empty provider to a receipt on both sides, every amount compared with
//! what it must be. The till is the real program; the phone is the wallet's own client code.

use std::{fmt::Debug, net::SocketAddr, path::Path};

use proto::v1::{
    GetBalanceRequest, ListRedemptionsRequest, Payment, Redemption, Wallet,
    campaign_service_client::CampaignServiceClient, operator_service_client::OperatorServiceClient,
};
use shared::{
    gs1::Gtin,
    money::{Currency, Money},
};
use tonic::transport::Channel;

use super::{
    calls::{connect, granted, present, signed},
    folder::Folder,
    goods::{SHAMPOO, catalogue},
    now,
    offers::MAKERS,
    phone::{Phone, picture},
    programs::{Provider, Settings, WELCOME_MINOR, shown, till, told_to_stop},
    seed::{SHOP, Seeded, seed},
    step,
};
use crate::shell::{Outcome, could_not_start, said, target_dir, write};

/// The patent's example: a bottle at 30.00 with 5.00 off.
const GROSS_MINOR: i64 = 3_000;
const OFF_MINOR: i64 = 500;
const DUE_MINOR: i64 = GROSS_MINOR - OFF_MINOR;
/// Coupons that are in the code and find no item in the basket: the till says so.
const ALSO_CLIPPED: [&str; 2] = ["Whole Milk 1 L", "Cheese and dairy together"];

/// Makes the purchase.
///
/// # Errors
/// With everything that differs from what it must be.
pub(super) async fn purchase() -> Outcome {
    let temporary = tempfile::tempdir()?;
    let folder = Folder::at(temporary.path().to_owned());
    folder.make()?;
    write(&folder.catalogue(), catalogue())?;
    let settings = Settings { listen: SocketAddr::from(([127, 0, 0, 1], 0)), tls: None, wallet: None };
    let starting = step("starting a provider with an empty database", Provider::start(&folder, &settings));
    let stopped = || "stopped before the purchase was done".into();
    let provider = tokio::select! {
        started = starting => started?,
        () = told_to_stop() => return Err(stopped()),
    };
    let outcome = tokio::select! {
        outcome = buy(&folder, &provider) => outcome,
        () = told_to_stop() => Err(stopped()),
    };
    provider.stop().await;
    outcome
}

async fn buy(folder: &Folder, provider: &Provider) -> Outcome {
    let channel = connect(&provider.url).await?;
    let seeding = seed(&channel, folder, now());
    let seeded = step("a shop with its till, manufacturers and their offers", seeding).await?;

    let mut phone = step("phone: opens a wallet, fetches tokens", Phone::open(channel.clone())).await?;
    let titles = [SHAMPOO.en].into_iter().chain(ALSO_CLIPPED);
    let clipping = async {
        for title in titles {
            phone.clip(present(title, seeded.offers.get(title).copied())?).await?;
        }
        Ok(())
    };
    step("phone: clips three coupons", clipping).await?;
    let confirmation = phone.watch().await?;
    let code_file = target_dir()?.join("demo-once.png");
    let drawing = async { write(&code_file, picture(&phone.code().await?)?) };
    step("phone: shows one code", drawing).await?;
    println!("    {}", shown(&code_file));

    checkout(folder, provider, &seeded, &code_file).await?;
    let (receipt, wallet) = step("phone: sees the payment by itself", confirmation.paid()).await?;
    let books = Books::read(&channel, &seeded, &phone.wallet_id).await?;
    books.print();
    check(&books, &receipt, &wallet)
}

/// The till's side: `pos-agent checkout` with the picture of the code.
async fn checkout(folder: &Folder, provider: &Provider, seeded: &Seeded, code: &Path) -> Outcome {
    let basket = folder.path().join("basket.json");
    let line = serde_json::json!({ "gtin": SHAMPOO.gtin, "units": 1 });
    write(&basket, serde_json::json!({ "lines": [line] }).to_string())?;
    let mut till = till("checkout", &provider.url, seeded, folder)?;
    till.arg("--basket").arg(&basket).arg("--scan").arg(code);
    println!("==> till: one scan\n");
    let status = till.status().await.map_err(|e| could_not_start(till.as_std(), &e))?;
    println!();
    if status.success() {
        return Ok(());
    }
    Err(format!("the till did not get paid: `{}` ended with {status}", said(till.as_std())).into())
}

/// What the provider's books say afterwards.
struct Books {
    wallet_minor: i64,
    shop_minor: i64,
    redemptions: Vec<Redemption>,
}

impl Books {
    async fn read(channel: &Channel, seeded: &Seeded, wallet_id: &str) -> Outcome<Self> {
        let balance = async |account: String| {
            let request = signed(&seeded.operator_key, GetBalanceRequest { account })?;
            let answer = OperatorServiceClient::new(channel.clone()).get_balance(request).await;
            let balance = present("balance", granted("reading a balance", answer)?.balance)?;
            Outcome::Ok(balance.minor_units)
        };
        let maker = &MAKERS[0];
        let key = present(maker.name, seeded.makers.get(maker.slug))?;
        let offer_number = present(SHAMPOO.en, seeded.offers.get(SHAMPOO.en).copied())?;
        let request = ListRedemptionsRequest { offer_number, page_size: 10, page_token: String::new() };
        let answer =
            CampaignServiceClient::new(channel.clone()).list_redemptions(signed(key, request)?).await;
        Ok(Self {
            wallet_minor: balance(format!("wallet:{wallet_id}")).await?,
            shop_minor: balance(format!("merchant:{}", seeded.shop_id)).await?,
            redemptions: granted("listing what was redeemed", answer)?.redemptions,
        })
    }

    /// What the manufacturer has paid for, in minor units.
    fn reimbursed_minor(&self) -> i64 {
        let paid = self.redemptions.iter().filter(|redemption| !redemption.reversed);
        paid.filter_map(|redemption| redemption.discount.as_ref()).map(|money| money.minor_units).sum()
    }

    fn print(&self) {
        let maker = MAKERS[0].name;
        let line = |who: &str, minor: i64, how: String| println!("{who:<13} {:>7}   {how}", cny(minor));
        println!();
        line("Wallet", self.wallet_minor, format!("{} less {}", cny(WELCOME_MINOR), cny(DUE_MINOR)));
        let both = format!("{} from the shopper, {} from {maker}", cny(DUE_MINOR), cny(OFF_MINOR));
        line("Shop", self.shop_minor, both);
        let items: Vec<&str> = self.redemptions.iter().map(|redemption| redemption.gtin.as_str()).collect();
        line("Manufacturer", -self.reimbursed_minor(), format!("{maker}, for item {}", items.join(", ")));
    }
}

/// Compares everything with what it must be, and names all that differs.
fn check(books: &Books, receipt: &Payment, wallet: &Wallet) -> Outcome {
    let minor = |money: &Option<proto::v1::Money>| money.as_ref().map(|money| money.minor_units);
    let items = |gtin: &str| Gtin::parse(gtin).ok();
    let mut differing = Vec::new();
    let mut must = |what: &str, is: &dyn Debug, expected: &dyn Debug| {
        let (is, expected) = (format!("{is:?}"), format!("{expected:?}"));
        if is != expected {
            differing.push(format!("{what} is {is}, but must be {expected}"));
        }
    };
    must("the wallet's balance", &books.wallet_minor, &(WELCOME_MINOR - DUE_MINOR));
    must("the balance that the phone was told", &minor(&wallet.balance), &Some(WELCOME_MINOR - DUE_MINOR));
    must("the shop's balance", &books.shop_minor, &GROSS_MINOR);
    must("what the manufacturer paid", &books.reimbursed_minor(), &OFF_MINOR);
    must("the receipt's total", &minor(&receipt.gross_amount), &Some(GROSS_MINOR));
    must("the receipt's discount", &minor(&receipt.discount_amount), &Some(OFF_MINOR));
    must("the receipt's amount paid", &minor(&receipt.amount_due), &Some(DUE_MINOR));
    must("the shop on the receipt", &receipt.merchant_name.as_str(), &SHOP);
    let redeemed: Vec<_> =
        books.redemptions.iter().map(|r| (items(&r.gtin), r.units, &r.payment_id)).collect();
    must("what was redeemed", &redeemed, &[(items(SHAMPOO.gtin), 1, &receipt.payment_id)]);
    if differing.is_empty() {
        println!("\nPaid and redeemed with one scan; every amount is as it must be.");
        return Ok(());
    }
    Err(format!("the purchase did not come out as it must:\n  {}", differing.join("\n  ")).into())
}

fn cny(minor: i64) -> String {
    Money::new(Currency::CNY, minor).digits()
}
