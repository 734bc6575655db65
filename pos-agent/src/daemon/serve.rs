//! One port for everything: gRPC and gRPC-web by their content type, `/metrics` for the rest.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, header},
    middleware,
    routing::get,
    serve::ListenerExt,
};
use proto::v1::till_service_server::TillServiceServer;
use tokio::{net::TcpListener, sync::watch};
use tonic::service::Routes;
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_web::GrpcWebLayer;
use tower::{ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{
    StartError,
    guard::{self, Guard},
};
use crate::{
    catalogue::Catalogue,
    config::Settings,
    lanes::Lanes,
    metrics::{Metrics, Now},
    till_service::TillApi,
    words::Lang,
};

/// How long a browser may remember what the service allows.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);
/// What a browser's gRPC client reads of an answer.
const EXPOSED: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `TillService`, with health and both versions of reflection.
pub(super) async fn routes(
    lanes: &Arc<Lanes>,
    catalogue: watch::Receiver<Arc<Catalogue>>,
    lang: Lang,
) -> Result<(HealthReporter, Routes), StartError> {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status("onescan.v1.TillService", ServingStatus::Serving).await;
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("onescan.v1.TillService")
            .with_service_name("grpc.health.v1.Health")
    };
    let broken = |error: tonic_reflection::server::Error| StartError::Service(error.to_string());
    let routes = Routes::default()
        .add_service(TillServiceServer::new(TillApi::new(Arc::clone(lanes), catalogue, lang)))
        .add_service(health)
        .add_service(reflection().build_v1().map_err(broken)?)
        .add_service(reflection().build_v1alpha().map_err(broken)?)
        .prepare();
    Ok((reporter, routes))
}

/// What is served.
pub(super) fn router(
    routes: Routes,
    lanes: &Arc<Lanes>,
    metrics: Arc<Metrics>,
    settings: &Settings,
) -> Result<Router, StartError> {
    let guard = Guard::new(settings.service_key.as_deref(), &settings.allowed_origins);
    let origins = settings
        .allowed_origins
        .iter()
        .map(|origin| HeaderValue::from_str(origin))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| StartError::Service(format!("service.allowed_origins: {error}")))?;
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(tower_http::cors::AllowHeaders::mirror_request())
        .expose_headers(EXPOSED)
        .allow_private_network(true)
        .max_age(PREFLIGHT_AGE);
    let lanes = Arc::clone(lanes);
    let count = move || {
        let now = Now { checkouts_open: lanes.open_count(), offers_known: lanes.till().offer_count() };
        let text = metrics.render(now);
        async move { ([(header::CONTENT_TYPE, METRICS_TYPE)], text) }
    };
    let grpc = routes.into_axum_router().layer(GrpcWebLayer::new());
    let plain = Router::new().route("/metrics", get(count));
    // Not by path: an unknown service must be answered as gRPC.
    let steer = service_fn(move |request: Request<Body>| {
        let router = if is_grpc(&request) { grpc.clone() } else { plain.clone() };
        router.oneshot(request)
    });
    let guarded = middleware::from_fn(move |request, next| guard::check(guard.clone(), request, next));
    Ok(Router::new().fallback_service(steer).layer(guarded).layer(cors))
}

fn is_grpc(request: &Request<Body>) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// Serves until told to stop, and then until the calls under way are answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    // Without it small messages wait for each other.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let until_stopped = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(until_stopped).await
}
