//! What happens to a wallet from its opening to its end, so that every screen and state comes up once.

use tests::{
    actors::{Deal, Goods, RawTill, Sale},
    browser::{Look, Phone, wallet_dist},
    proxy::Proxy,
    stage::Stage,
    world::{SHAMPOO, SOAP},
};

use crate::tour::Tour;

/// Of GS1's product classification: food, and care.
const FOOD: u32 = 50_000_000;
const CARE: u32 = 53_000_000;
/// Longer than a button must be held.
const HOLD_MS: u32 = 1_500;

pub(crate) async fn told(language: &'static str, look: Look<'_>) {
    let world = Stage::with_wallet(&wallet_dist(), 250_000).await;
    let network = Proxy::honest(world.address()).await.unwrap();
    let phone = Phone::open_as(&network.url(), look).await;
    let mut tour = Tour::new(phone, network, language);
    opening(&mut tour).await;
    let offers = offers(&mut tour, &world).await;
    let till = world.raw_till().await;
    at_the_till(&mut tour, &till, offers).await;
    afterwards(&mut tour, &till).await;
    account(&mut tour).await;
    trouble(&mut tour, &world).await;
    the_end(&mut tour).await;
    tour.end().await;
}

async fn opening(tour: &mut Tour) {
    tour.look("welcome", "open-wallet").await;
    tour.cut().await;
    tour.tap("open-wallet").await;
    tour.look("welcome-offline", "welcome-problem").await;
    tour.mend().await;
    tour.tap("open-wallet").await;
    tour.look("recovery-code", "recovery-code").await;
    tour.phone.type_in("recovery-typed", "????").await;
    tour.tap("recovery-kept").await;
    tour.look("recovery-code-wrong", "recovery-code").await;
    tour.tap("recovery-later").await;
    tour.phone.see("balance").await;
}

async fn offers(tour: &mut Tour, world: &Stage) -> [u32; 3] {
    tour.look("offers-none", "empty").await;
    tour.cut().await;
    tour.look("offers-none-offline", "offline").await;
    tour.mend().await;
    tour.phone.slow(4_000).await;
    tour.phone.reload().await;
    tour.phone.visit("#offers").await;
    tour.look("offers-loading", "waiting").await;
    tour.phone.slow(0).await;

    let week = world.now().plus_ms(3 * 24 * 60 * 60 * 1_000);
    let care = |deal: Deal| deal.kind(CARE);
    let shampoo = Deal::off_each(500, 2).on(SHAMPOO).at(&world.shop.id).until(week);
    let shampoo = world.offer("Silk Shampoo 500 ml", care(shampoo)).await;
    let soap = Deal::buy_get(2, 1, 10_000, 2, 2_000).on(SOAP);
    let soap = world.offer("Lavender Soap 100 g", care(soap)).await;
    let tea = Deal::off_spend(1_000, 8_000).on_brand("691234567").in_baskets_from(10_000).alone();
    let tea = world.offer("Mountain Garden Organic Green Tea, 25 bags, new harvest", tea.kind(FOOD)).await;
    world.offer("Oat Drink 1 l", Deal::percent_off(2_500, 1_500).on(SOAP).kind(FOOD).clips(3)).await;
    world.offer("Orange Juice", Deal::for_price(990, 2, 1_000).on(SOAP).kind(FOOD)).await;

    tour.phone.reload().await;
    tour.phone.visit("#offers").await;
    tour.look("offers", &format!("offer-{shampoo}")).await;
    tour.phone.type_in("search-offers", "xyz").await;
    tour.look("offers-nothing-found", "nothing-found").await;
    tour.tap("show-all").await;
    tour.tap(&format!("open-{tea}")).await;
    tour.look("offer", "sheet-clip").await;
    tour.tap("sheet-clip").await;
    tour.look("offer-clipped", "sheet-unclip").await;
    tour.shut().await;
    tour.phone.visit("#offers/999999").await;
    tour.look("offer-over", "sheet").await;
    tour.shut().await;
    tour.phone.visit("#receipts").await;
    tour.look("receipts-none", "empty").await;
    tour.phone.visit("#coupons").await;
    tour.tap(&format!("unclip-{tea}")).await;
    tour.look("coupons-none", "empty").await;
    tour.tap("tab-pay").await;
    tour.code().await;
    tour.look("pay-without-coupons", "turn-code").await;
    [shampoo, soap, tea]
}

async fn at_the_till(tour: &mut Tour, till: &RawTill, [shampoo, soap, tea]: [u32; 3]) {
    tour.tap("tab-offers").await;
    for offer in [shampoo, soap, tea] {
        tour.tap(&format!("clip-{offer}")).await;
    }
    tour.look("offers-clipped", "balance").await;
    tour.tap("tab-coupons").await;
    tour.look("coupons", &format!("unclip-{shampoo}")).await;
    tour.tap(&format!("open-{soap}")).await;
    tour.look("coupon", "sheet-unclip").await;
    tour.shut().await;
    tour.tap("tab-pay").await;
    tour.look("pay", "saves").await;
    tour.tap(&format!("toggle-{tea}")).await;
    tour.look("pay-with-one-left-out", &format!("left-out-{tea}")).await;
    tour.tap("turn-code").await;
    tour.look("barcode", "digits").await;
    tour.tap("turn-code").await;

    let too_much = Sale::of(&tour.code().await, 900_000);
    till.pay(&too_much).await.unwrap_err();
    tour.look("declined", "declined").await;
    let taken_back = Sale::of(&tour.code().await, 120_000);
    till.pay(&taken_back).await.unwrap();
    tour.phone.see("approve").await;
    till.reverse(taken_back.id()).await.unwrap();
    tour.look("taken-back-by-the-shop", "tab-pay").await;
    tour.tap("new-code").await;
    till.pay(&Sale::of(&tour.code().await, 120_000)).await.unwrap();
    tour.tap("approve-no").await;
    tour.look("not-approved", "tab-pay").await;

    tour.tap("new-code").await;
    let sale = Sale::of(&tour.code().await, 123_450).redeems(shampoo, SHAMPOO, 2, 3_000, 1_000);
    till.pay(&sale).await.unwrap();
    tour.look("approve", "approve-coupons").await;
    tour.cut().await;
    tour.phone.hold("approve-yes", HOLD_MS).await;
    tour.look("approve-unsent", "approve-trouble").await;
    tour.mend().await;
    tour.look("paid", "receipt-paid").await;
    till.reverse(sale.id()).await.unwrap();
    tour.look("paid-then-cancelled", "paid-cancelled").await;
    tour.tap("done").await;

    tour.phone.see("saves").await;
    let code = tour.code().await;
    tour.tap("tab-offers").await;
    let small = Sale::of(&code, 8_000).redeems(shampoo, SHAMPOO, 2, 3_000, 1_000);
    till.pay(&small).await.unwrap();
    tour.look("paid-on-another-page", "notice").await;
    till.refund(&Goods::of(small.id()).others(500)).await.unwrap();
    tour.phone.visit(&format!("#receipts/{}", small.id())).await;
    tour.look("receipt-partly-refunded", "receipt").await;
}

async fn afterwards(tour: &mut Tour, till: &RawTill) {
    tour.tap("tab-pay").await;
    let whole = Sale::of(&tour.code().await, 4_990);
    till.pay(&whole).await.unwrap();
    tour.phone.see("receipt-paid").await;
    tour.tap("tab-coupons").await;
    tour.look("savings", "chart").await;
    till.refund(&Goods::of(whole.id()).everything()).await.unwrap();
    tour.look("refunded", "notice").await;
    tour.tap("tab-receipts").await;
    tour.look("receipts", "receipt-row").await;
    tour.phone.visit(&format!("#receipts/{}", whole.id())).await;
    tour.look("receipt-refunded", "receipt").await;
    tour.phone.visit("#receipts/nowhere").await;
    tour.look("receipt-missing", "empty").await;
    tour.tap("tab-receipts").await;
    tour.phone.type_in("search-receipts", "xyz").await;
    tour.look("receipts-nothing-found", "nothing-found").await;
    tour.phone.type_in("search-receipts", " ").await;
}

async fn account(tour: &mut Tour) {
    tour.tap("settings").await;
    tour.look("account", "wallet-id").await;
    tour.tap("devices").await;
    tour.look("devices", "this-device").await;
    tour.phone.evaluate("document.querySelector('[data-test^=\"remove-\"]').click()").await;
    tour.look("device-removing", "remove-no").await;
    tour.tap("remove-no").await;
    tour.tap("pair").await;
    tour.look("pairing", "pairing-code").await;
    tour.phone.visit("#settings/recovery").await;
    tour.look("recovery", "recovery-renew").await;
    tour.tap("recovery-renew").await;
    let code = tour.phone.text_of("recovery-code").await;
    tour.phone.type_in("recovery-typed", &code[code.len() - 4..]).await;
    tour.tap("recovery-kept").await;
    tour.look("recovery-kept", "recovery-renew").await;
}

async fn trouble(tour: &mut Tour, world: &Stage) {
    tour.phone.visit("#settings").await;
    let wallet = tour.phone.text_of("wallet-id").await;
    world.operator.freeze(&wallet, true).await;
    tour.tap("tab-pay").await;
    tour.look("stopped", "empty").await;
    world.operator.freeze(&wallet, false).await;
    tour.code().await;

    let full =
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }";
    tour.phone.evaluate(full).await;
    tour.tap("new-code").await;
    tour.look("storage-full", "disk-full").await;
    tour.phone.reload().await;

    tour.code().await;
    tour.cut().await;
    tour.look("pay-offline", "pay-note").await;
    tour.tap("turn-code").await;
    tour.look("barcode-offline", "digits").await;
    tour.tap("turn-code").await;
    tour.tap("tab-offers").await;
    let clip = "document.querySelector('[data-test^=\"clip-\"].button')";
    tour.phone.until(&format!("return {clip} !== null")).await;
    tour.phone.evaluate(&format!("{clip}.click()")).await;
    tour.look("clip-failed", "notice").await;
    tour.tap("tab-receipts").await;
    tour.look("receipts-offline", "offline").await;
    tour.phone.visit("#settings/devices").await;
    tour.look("devices-offline", "offline").await;
    tour.mend().await;
    tour.phone.see("this-device").await;
}

async fn the_end(tour: &mut Tour) {
    tour.phone.visit("#settings/close").await;
    tour.look("closing", "close").await;
    tour.tap("close").await;
    tour.look("closing-sure", "close-yes").await;
    tour.tap("close-yes").await;
    tour.look("closed", "closed").await;
    tour.tap("tab-pay").await;
    tour.look("pay-closed", "empty").await;
    tour.phone.visit("#settings").await;
    tour.tap("start-over").await;
    tour.tap("have-wallet").await;
    tour.look("link", "join-code").await;
    tour.phone.type_in("join-code", "WRNG-C0DE").await;
    tour.tap("join").await;
    tour.look("link-wrong", "welcome-problem").await;
    tour.tap("recover").await;
    tour.look("recover", "join-code").await;
}
