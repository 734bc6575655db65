//! The yardstick of the machine: a gRPC server that decodes a payment's request and sends it back, and does nothing else.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    task::{Context, Poll},
};

use proto::v1::CreatePaymentRequest as Echoed;
use tonic::{
    Request, Response, Status,
    body::Body,
    server::{Grpc, NamedService, UnaryService},
    transport::{Server, server::TcpIncoming},
};
use tonic_prost::ProstCodec;

/// Its only method.
pub(crate) const PATH: &str = "/onescan.bench.Echo/Echo";

#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "onescan.bench.Echo";
}

impl UnaryService<Echoed> for Echo {
    type Response = Echoed;
    type Future = Ready<Result<Response<Echoed>, Status>>;

    fn call(&mut self, request: Request<Echoed>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut grpc = Grpc::new(ProstCodec::<Echoed, Echoed>::default());
        Box::pin(async move { Ok(grpc.unary(Self, request).await) })
    }
}

/// Serves until it is killed.
pub(crate) fn main() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap().with_nodelay(Some(true));
        println!("listening http://{}", incoming.local_addr().unwrap());
        Server::builder().add_service(Echo).serve_with_incoming(incoming).await.unwrap();
    });
}
