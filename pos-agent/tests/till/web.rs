//! What a browser sends: gRPC-web by HTTP/1.1, and the question before it.

use std::net::SocketAddr;

use prost::Message;
use proto::v1::{ListLanesRequest, ListLanesResponse};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{service::agent, world::Shop};

const PATH: &str = "/onescan.v1.TillService/ListLanes";
const OURS: &str = "https://till.example.com";

async fn send(address: SocketAddr, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}\r\nhost: till\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

/// A call as a page of `origin` makes it.
async fn call(address: SocketAddr, origin: &str) -> Vec<u8> {
    let message = ListLanesRequest {}.encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    body.extend(message);
    let head = format!(
        "POST {PATH} HTTP/1.1\r\norigin: {origin}\r\ncontent-type: application/grpc-web+proto\r\nx-grpc-web: 1"
    );
    send(address, &head, &body).await
}

/// What the browser asks before it makes the call.
async fn preflight(address: SocketAddr, origin: &str) -> String {
    let head = format!(
        "OPTIONS {PATH} HTTP/1.1\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: authorization,content-type,x-grpc-web"
    );
    String::from_utf8(send(address, &head, &[]).await).unwrap().to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_allowed_origin_is_answered_and_no_other() {
    let shop = Shop::open().await;
    let (daemon, _software) = agent(&shop).await;
    let asked = preflight(daemon.address(), OURS).await;
    assert!(asked.starts_with("http/1.1 200"), "{asked}");
    for header in [
        "access-control-allow-origin: https://till.example.com",
        "access-control-allow-methods: post",
        "access-control-allow-headers: authorization,content-type,x-grpc-web",
    ] {
        assert!(asked.contains(header), "{header} in {asked}");
    }
    let asked = preflight(daemon.address(), "https://evil.example.com").await;
    assert!(!asked.contains("access-control-allow-origin"), "{asked}");

    let answer = call(daemon.address(), OURS).await;
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(text.contains("content-type: application/grpc-web+proto"), "{text}");
    assert!(text.contains("grpc-status:0"), "the trailers are in the body: {text}");
    let lanes = ["1", "2"].map(|lane_id| proto::v1::Lane { lane_id: lane_id.into(), ..Default::default() });
    let lanes = ListLanesResponse { lanes: lanes.to_vec() }.encode_to_vec();
    assert!(answer.windows(lanes.len()).any(|window| window == lanes), "{text}");

    let refused =
        String::from_utf8_lossy(&call(daemon.address(), "https://evil.example.com").await).to_lowercase();
    assert!(refused.contains("grpc-status: 7"), "{refused}");
    assert!(!refused.contains("access-control-allow-origin"), "{refused}");
}
