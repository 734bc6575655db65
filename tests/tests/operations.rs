//! The operations page, `docs/operations.md`, typed in from top to bottom by somebody who only has the page.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, env, fs, path::Path};

use prost::Message as _;
use prost_types::FileDescriptorSet;
use tests::{
    actors::{Shopper, connect, system_time},
    page::{Shell, sessions},
    process::{ServerProcess, operator_key},
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");

#[tokio::test(flavor = "multi_thread")]
async fn every_session_of_the_page_answers_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let provider = ServerProcess::start(folder.path()).await;
    let page = fs::read_to_string(PAGE).unwrap();
    let mut shell = Shell::start(folder.path());
    let buf = env::var("ONESCAN_BUF").expect("run the tests by `cargo xtask test`");
    let tools = Path::new(&buf).parent().unwrap().display().to_string();
    shell.set("PATH", &format!("{tools}:{}", env::var("PATH").unwrap()));
    shell.set("PROVIDER", &format!("http://{}", provider.address()));
    shell.set("OPERATOR_KEY", &operator_key(folder.path()));
    for session in sessions(&page) {
        if session.typed.contains("$CODE") {
            let code = phone(folder.path(), &provider).await.code().await;
            shell.set("CODE", &code);
        }
        tokio::task::block_in_place(|| shell.run(&session));
    }
}

/// The page's phone: its key was made in the shell.
async fn phone(folder: &Path, provider: &ServerProcess) -> Shopper {
    let pem = fs::read_to_string(folder.join("phone.pem")).expect("the page makes phone.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    // PKCS #8 of an Ed25519 key ends with its seed (RFC 8410).
    let seed: [u8; 32] = der[der.len() - 32..].try_into().unwrap();
    let channel = connect(&format!("http://{}", provider.address()));
    Shopper::open(channel, system_time(), seed).await
}

#[test]
fn the_page_shows_every_call_that_there_is() {
    let page = fs::read_to_string(PAGE).unwrap();
    let typed: String = sessions(&page).into_iter().map(|session| session.typed).collect();
    let schema = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let calls: BTreeSet<String> = schema
        .file
        .iter()
        .flat_map(|file| &file.service)
        // That one is the till's own, not the provider's.
        .filter(|service| service.name() != "TillService")
        .flat_map(|service| service.method.iter().map(move |m| format!("{}/{}", service.name(), m.name())))
        .collect();
    let missing: Vec<&String> = calls.iter().filter(|call| !typed.contains(call.as_str())).collect();
    assert!(calls.len() > 30 && missing.is_empty(), "docs/operations.md does not show {missing:?}");
}
