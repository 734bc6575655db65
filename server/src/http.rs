//! One port for everything: gRPC and gRPC-web by their content type, the wallet's files for the rest.

use std::{
    convert::Infallible,
    fmt::Display,
    path::{Path, PathBuf},
    task::{Context, Poll},
};

use axum::{
    BoxError, Router,
    body::{Bytes, HttpBody},
    http::{HeaderName, HeaderValue, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use futures::{FutureExt, future::BoxFuture};
use tonic::{body::Body, service::Routes};
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::services::{ServeDir, ServeFile};

/// Nothing but our own files, and in none of them a script or a style that stands in the page; WebAssembly may be compiled.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";
/// What no page of ours asks for, so that nothing that gets into one can.
const PERMISSIONS_POLICY: &str = "accelerometer=(), bluetooth=(), camera=(), display-capture=(), geolocation=(), \
     gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";
/// A file whose name changes with its content never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Hexadecimal digits from which on a part of a file's name counts as the hash of its content.
const HASH_DIGITS_MIN: usize = 8;

/// What is served on each port.
#[derive(Clone)]
pub(crate) struct Site {
    grpc: GrpcWebService<Routes>,
    web: Router,
}

impl Site {
    pub(crate) fn new(grpc: Routes, wallet_dir: Option<PathBuf>) -> Self {
        let web = wallet_dir.map(|dir| files(&dir)).unwrap_or_default();
        Self { grpc: GrpcWebLayer::new().layer(grpc), web }
    }
}

impl<B> Service<Request<B>> for Site
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError> + Display,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.grpc, cx)
    }

    /// Not by path: an unknown service must be answered as gRPC, not with a page.
    fn call(&mut self, request: Request<B>) -> Self::Future {
        if is_grpc(&request) {
            self.grpc.call(request).boxed()
        } else {
            let page = self.web.call(request);
            async { Ok(page.await?.map(Body::new)) }.boxed()
        }
    }
}

fn is_grpc<B>(request: &Request<B>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// The wallet's files; a path that names no file is a page of the wallet, which finds its way by itself.
fn files(dir: &Path) -> Router {
    let assets = ServeDir::new(dir).precompressed_br();
    let page = ServeFile::new(dir.join("index.html")).precompressed_br();
    Router::new().fallback_service(service_fn(move |request: Request<axum::body::Body>| {
        let (assets, page) = (assets.clone(), page.clone());
        async move {
            let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            let response = if name.contains('.') {
                assets.oneshot(request).await.into_response()
            } else {
                page.oneshot(request).await.into_response()
            };
            Ok::<_, Infallible>(with_headers(response, &name))
        }
    }))
}

fn with_headers(mut response: axum::response::Response, name: &str) -> axum::response::Response {
    let found = response.status() != StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    let cache = if found && is_hashed(name) { IMMUTABLE } else { "no-cache" };
    for (header, value) in [
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(header, HeaderValue::from_static(value));
    }
    response
}

/// Whether a part of the name is a hash: `wallet-0f3a9c21.wasm`, `wallet-0f3a9c21_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    let parts = name.split(['-', '_', '.']);
    parts.skip(1).any(|part| part.len() >= HASH_DIGITS_MIN && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_hash_are_told_from_others() {
        for hashed in ["wallet-0f3a9c21.wasm", "wallet-0f3a9c21_bg.wasm", "app.0123456789abcdef.js"] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in ["", "index.html", "sw.js", "0f3a9c21.js", "wallet-decade.js", "icon-192.png"] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }
}
