//! Programs that share no code with OneScan buy and look around, with nothing but the server's reflection to go by.

use std::{
    env,
    process::{Command, Output},
};

use serde_json::{Value, json};
use shared::code::CombinedCode;
use tests::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_python_client_makes_a_whole_purchase() {
    let world = Stage::live().await;
    let mut python = Command::new(tool("ONESCAN_PYTHON"));
    python
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/purchase.py"))
        .arg(world.address().to_string())
        .env("ONESCAN_OPERATOR_KEY", world.operator.key());
    let mut bought: Value = serde_json::from_str(&run(python)).expect("JSON");

    let code = bought.as_object_mut().and_then(|fields| fields.remove("code")).expect("the code");
    CombinedCode::decode(code.as_str().expect("text")).expect("a code by another writer reads like ours");
    assert_eq!(
        bought,
        json!({
            "state": 1,
            "redeemed_gtin": "06901234567892",
            "redeemed_coupon_is_the_clipped": true,
            "wallet_minor": 7500,
            "wallet_ledger_minor": 7500,
            "merchant_ledger_minor": 3000,
            "campaign_reserved_minor": 0,
            "campaign_budget_minor": 9500,
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn buf_curl_finds_its_way_by_both_versions_of_reflection() {
    let world = Stage::live().await;
    for reflection in ["grpc-v1", "grpc-v1alpha"] {
        let listed = buf(&world, reflection, &["--list-methods"], "");
        for method in
            ["OperatorService/GetBalance", "PaymentService/CreatePayment", "WalletService/WatchWallet"]
        {
            assert!(listed.contains(&format!("onescan.v1.{method}")), "{method} is not in {listed}");
        }
        let bearer = format!("authorization: Bearer {}", world.operator.key());
        let request = ["--header", &bearer, "--data", r#"{"account":"cash"}"#];
        let cash = buf(&world, reflection, &request, "/onescan.v1.OperatorService/GetBalance");
        let cash: Value = serde_json::from_str(&cash).expect("JSON");
        assert_eq!(cash["balance"], json!({ "currencyCode": "CNY", "minorUnits": "-1000000" }));
    }
}

fn buf(world: &Stage, reflection: &str, arguments: &[&str], method: &str) -> String {
    let mut buf = Command::new(tool("ONESCAN_BUF"));
    buf.args(["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect-protocol", reflection])
        .args(arguments)
        .arg(format!("{}{method}", world.url()));
    run(buf)
}

fn run(mut command: Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?} doesn't start: {error}"));
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{:?} failed ({status}):\n{said}", command.get_program());
    String::from_utf8(stdout).expect("text")
}

fn tool(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests by `cargo xtask test`"))
}
