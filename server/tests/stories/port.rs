//! One port: gRPC, gRPC-web, reflection, health, and the wallet's files.

use std::sync::Arc;

use proto::v1;
use server::{
    clock::ManualClock,
    config::{Config, TlsConfig},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::{
    Code,
    transport::{Certificate, Channel, ClientTlsConfig},
};

use super::world::*;

/// Speaks HTTP/1.1 by hand, as no client library would.
async fn http(world: &World, request: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = tokio::net::TcpStream::connect(world.running().address()).await.unwrap();
    let head = format!(
        "{request}\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end + 4..].to_vec())
}

async fn with_files() -> (World, tempfile::TempDir) {
    let files = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("index.html", "<!doctype html>wallet"),
        ("wallet-0123456789abcdef.js", "script"),
        ("wallet-0123456789abcdef_bg.wasm", "wasm"),
        ("wallet-0123456789abcdef_bg.wasm.br", "packed"),
    ] {
        std::fs::write(files.path().join(name), content).unwrap();
    }
    let config = Config { wallet_dir: Some(files.path().to_owned()), ..Config::default() };
    let dir = Arc::new(tempfile::tempdir().unwrap());
    (World::start(dir, ManualClock::at(START), config).await, files)
}

#[tokio::test]
async fn the_wallets_files() {
    let (world, _files) = with_files().await;
    let (head, body) = http(&world, "GET / HTTP/1.1", b"").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("text/html"), "{head}");
    assert!(head.contains("cache-control: no-cache") && head.contains("'wasm-unsafe-eval'"), "{head}");
    assert_eq!(body, b"<!doctype html>wallet");
    let (head, body) = http(&world, "GET /coupons HTTP/1.1", b"").await;
    assert!(head.starts_with("http/1.1 200"), "a page of the wallet is the wallet: {head}");
    assert_eq!(body, b"<!doctype html>wallet");
    let wasm = "GET /wallet-0123456789abcdef_bg.wasm HTTP/1.1";
    let (head, body) = http(&world, &format!("{wasm}\r\naccept-encoding: br"), b"").await;
    assert!(head.contains("application/wasm") && head.contains("immutable"), "{head}");
    assert!(head.contains("content-encoding: br"), "{head}");
    assert_eq!(body, b"packed");
    assert_eq!(http(&world, wasm, b"").await.1, b"wasm");
    let (head, _) = http(&world, "GET /wallet-fedcba9876543210.js HTTP/1.1", b"").await;
    assert!(head.starts_with("http/1.1 404") && head.contains("no-cache"), "{head}");
    for path in ["/../operator.key", "/%2e%2e/operator.key", "/..%2foperator.key"] {
        let (head, body) = http(&world, &format!("GET {path} HTTP/1.1"), b"").await;
        assert!(!String::from_utf8_lossy(&body).contains("osk_"), "{path}: {head}");
    }
}

/// Whatever is asked for, and whether or not it is there.
#[tokio::test]
async fn each_of_the_wallets_files_comes_with_the_rules_of_its_page() {
    let (world, _files) = with_files().await;
    for path in ["/", "/offers", "/wallet-0123456789abcdef.js", "/sw.js"] {
        let (head, _) = http(&world, &format!("GET {path} HTTP/1.1"), b"").await;
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("{path} has no {name}: {head}"))
        };
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
             connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        for (name, expect) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "deny"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(name), expect, "{path}");
        }
        assert!(header("permissions-policy").contains("camera=(), "), "{head}");
        assert!(!head.contains("set-cookie") && !head.contains("access-control-allow-origin"), "{head}");
    }
}

#[tokio::test]
async fn grpc_web_on_the_same_port() {
    let (world, _files) = with_files().await;
    let request = "POST /onescan.v1.WalletService/CreateChallenge HTTP/1.1\r\n\
                   content-type: application/grpc-web+proto\r\nx-grpc-web: 1";
    let (head, body) = http(&world, request, &[0, 0, 0, 0, 0]).await;
    assert!(head.starts_with("http/1.1 200") && head.contains("application/grpc-web+proto"), "{head}");
    assert!(String::from_utf8_lossy(&body).contains("grpc-status:0"));
}

#[tokio::test]
async fn an_unknown_service_is_answered_as_grpc() {
    let (world, _files) = with_files().await;
    let mut grpc = tonic::client::Grpc::new(world.channel.clone());
    grpc.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<v1::CreateChallengeRequest, v1::CreateChallengeResponse>::default();
    let path = "/onescan.v1.NoService/NoCall".parse().unwrap();
    let answer = grpc.unary(tonic::Request::new(v1::CreateChallengeRequest {}), path, codec).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    let request = "POST /onescan.v1.NoService/NoCall HTTP/1.1\r\ncontent-type: application/grpc-web+proto";
    let (head, body) = http(&world, request, &[0, 0, 0, 0, 0]).await;
    let all = head + &String::from_utf8_lossy(&body);
    assert!(all.contains("grpc-status:12") || all.contains("grpc-status: 12"), "{all}");
}

#[tokio::test]
async fn health_and_both_reflections() {
    let world = World::new().await;
    let mut health = tonic_health::pb::health_client::HealthClient::new(world.channel.clone());
    for service in [
        "",
        "onescan.v1.WalletService",
        "onescan.v1.PaymentService",
        "onescan.v1.CampaignService",
        "onescan.v1.OperatorService",
    ] {
        let request = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(
            answer.status(),
            tonic_health::pb::health_check_response::ServingStatus::Serving,
            "{service}"
        );
    }
    {
        use tonic_reflection::pb::v1::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let ask = ServerReflectionRequest {
            message_request: Some(MessageRequest::ListServices(String::new())),
            ..Default::default()
        };
        let mut client = ServerReflectionClient::new(world.channel.clone());
        let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
        let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
        let MessageResponse::ListServicesResponse(list) = answer else { panic!("{answer:?}") };
        assert!(list.service.iter().any(|service| service.name == "onescan.v1.PaymentService"));
    }
    {
        use tonic_reflection::pb::v1alpha::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest,
        };
        let ask = ServerReflectionRequest {
            message_request: Some(MessageRequest::FileContainingSymbol(
                "onescan.v1.WalletService".to_owned(),
            )),
            ..Default::default()
        };
        let mut client = ServerReflectionClient::new(world.channel.clone());
        let mut answers = client.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
        assert!(answers.message().await.unwrap().unwrap().message_response.is_some());
    }
}

/// A phone on the network needs TLS: the same port speaks it beside the plain one.
#[tokio::test]
async fn the_same_calls_over_tls() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (cert, key) = (files.path().join("cert.pem"), files.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { tls: Some(TlsConfig { listen, cert, key }), ..Config::default() };
    let dir = Arc::new(tempfile::tempdir().unwrap());
    let world = World::start(dir, ManualClock::at(START), config).await;

    let port = world.running().tls_address().unwrap().port();
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(made.cert.pem()));
    let endpoint = Channel::from_shared(format!("https://localhost:{port}")).unwrap();
    let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
    let mut wallet = v1::wallet_service_client::WalletServiceClient::new(channel);
    let challenge = wallet.create_challenge(v1::CreateChallengeRequest {}).await.unwrap().into_inner();
    assert!(!challenge.challenge.is_empty());
}
