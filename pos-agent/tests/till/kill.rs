//! The program killed at any moment of a purchase, and started again: till and provider agree, once.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use pos_agent::{journal::endings, machine::Ending};
use proto::v1::PaymentState;

use crate::{
    provider::Fault,
    world::{MINTS, Shop, code},
};

/// Milliseconds after the start at which the program is killed: before it reads anything, while it connects, while it waits for
/// the answer (which takes 150 ms) and after.
const MOMENTS_MS: [u64; 10] = [0, 5, 10, 20, 30, 45, 60, 90, 150, 300];

fn start(shop: &Shop, token: u64) -> Child {
    let dir = shop.data_dir.path();
    std::fs::write(dir.join("basket.json"), format!(r#"[{{"gtin": "{MINTS}", "unit_price_minor": 450}}]"#))
        .unwrap();
    std::fs::write(dir.join("code.txt"), code(token, &[])).unwrap();
    Command::new(env!("CARGO_BIN_EXE_pos-agent"))
        .args(["checkout", "--json", "--basket", "basket.json", "--scan", "code.txt", "--data-dir", "till"])
        .current_dir(dir)
        .env("ONESCAN_PROVIDER", shop.provider.url())
        .env("ONESCAN_TERMINAL_KEY", "osk_terminal_T1001_secret")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_at_any_moment_agrees_with_the_provider_after_a_restart() {
    let shop = Shop::open().await;
    for (token, moment_ms) in (1..).zip(MOMENTS_MS) {
        shop.provider.with(|world| world.faults.clear());
        shop.provider.fault(Fault::Slow(Duration::from_millis(150)));
        let mut child = start(&shop, token);
        tokio::time::sleep(Duration::from_millis(moment_ms)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    shop.provider.with(|world| world.faults.clear());
    let mut last = start(&shop, 99);
    let ended = tokio::task::spawn_blocking(move || last.wait().unwrap()).await.unwrap();
    assert!(ended.success());

    let journal = endings(&shop.data_dir.path().join("till")).unwrap();
    shop.provider.with(|world| {
        let mut paid_minor = 0;
        for (id, payment) in &world.payments {
            let expect = match payment.state() {
                PaymentState::Completed => Ending::Paid,
                PaymentState::Reversed => Ending::Reversed,
                _ => Ending::Declined,
            };
            assert_eq!(journal.get(id), Some(&Some(expect)));
            paid_minor += if expect == Ending::Paid { 450 } else { 0 };
        }
        assert_eq!(journal.len(), world.payments.len());
        assert_eq!(world.balance_minor, 100_000 - paid_minor);
        assert!(paid_minor >= 450, "the last purchase at least");
    });
}
