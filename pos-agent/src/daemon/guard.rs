//! Who may call the service: pages of allowed origins, and, where a key is set, who shows it.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use proto::status::Failure;
use shared::reason::Reason;
use subtle::ConstantTimeEq;
use tonic::Status;

/// The health check shows nothing, and a supervisor has no key.
const OPEN_PATH: &str = "/grpc.health.v1.Health/";

/// What is asked of a caller.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    key: Option<Arc<str>>,
    origins: Arc<[String]>,
}

impl Guard {
    pub(super) fn new(key: Option<&str>, origins: &[String]) -> Self {
        Self { key: key.map(Arc::from), origins: origins.into() }
    }

    fn refusal(&self, request: &Request<Body>) -> Option<Failure> {
        let header = |name| request.headers().get(name).map(|value| value.as_bytes());
        // Browsers name the page's origin in every call of this kind; a page that has its name point to this machine does too.
        if let Some(origin) = header(header::ORIGIN)
            && !self.origins.iter().any(|allowed| allowed.as_bytes() == origin)
        {
            let message = "pages of this origin may not call the till: see service.allowed_origins";
            return Some(Failure::new(Reason::Forbidden, message));
        }
        let key = self.key.as_ref().filter(|_| !request.uri().path().starts_with(OPEN_PATH))?;
        let shown = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix(b"Bearer "));
        let same = shown.is_some_and(|shown| bool::from(shown.ct_eq(key.as_bytes())));
        (!same).then(|| Failure::new(Reason::Unauthenticated, "show the key of service.key_file"))
    }
}

/// Answers callers that may not call, and lets the others through.
pub(super) async fn check(guard: Guard, request: Request<Body>, next: Next) -> Response {
    match guard.refusal(&request) {
        Some(failure) => Status::from(failure).into_http::<Body>().into_response(),
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_callers_are_known_or_refused() {
        let pages = Guard::new(None, &["https://till.example.com".to_owned()]);
        let keyed = Guard::new(Some("secret"), &[]);
        let check = |guard: &Guard, path: &str, headers: &[(&str, &str)], expect: Option<Reason>| {
            let request = headers.iter().fold(Request::builder().uri(path), |all, (k, v)| all.header(*k, *v));
            let refused = guard.refusal(&request.body(Body::empty()).unwrap()).map(|failure| failure.reason);
            assert_eq!(refused, expect, "{path} {headers:?}");
        };
        let call = "/onescan.v1.TillService/StartCheckout";
        check(&pages, call, &[], None);
        check(&pages, call, &[("origin", "https://till.example.com")], None);
        check(&pages, call, &[("origin", "https://evil.example.com")], Some(Reason::Forbidden));
        check(&pages, call, &[("origin", "null")], Some(Reason::Forbidden));
        check(&keyed, call, &[], Some(Reason::Unauthenticated));
        check(&keyed, call, &[("authorization", "Bearer wrong")], Some(Reason::Unauthenticated));
        check(&keyed, call, &[("authorization", "Bearer secret")], None);
        check(&keyed, "/metrics", &[], Some(Reason::Unauthenticated));
        check(&keyed, "/grpc.health.v1.Health/Check", &[], None);
    }
}
