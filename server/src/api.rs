//! The gRPC services: decode, authorise, call, encode, and nothing else.

mod campaign;
mod device;
mod operator;
mod parse;
mod payment;
mod settlement;
mod status;
mod till;
mod view;
mod wallet;
mod watch;

use std::sync::Arc;

use proto::v1::{
    campaign_service_server::CampaignServiceServer, operator_service_server::OperatorServiceServer,
    payment_service_server::PaymentServiceServer, settlement_service_server::SettlementServiceServer,
    wallet_service_server::WalletServiceServer,
};
use tonic::service::Routes;
use tonic_health::ServingStatus;

use crate::app::App;

/// A service of one server.
#[derive(Clone)]
struct Api(Arc<App>);

/// All services, with health and both versions of reflection.
pub(crate) async fn routes(app: &Arc<App>) -> Result<Routes, tonic_reflection::server::Error> {
    let api = Api(Arc::clone(app));
    let (reporter, health) = tonic_health::server::health_reporter();
    for service in [
        "onescan.v1.WalletService",
        "onescan.v1.PaymentService",
        "onescan.v1.CampaignService",
        "onescan.v1.OperatorService",
        "onescan.v1.SettlementService",
    ] {
        reporter.set_service_status(service, ServingStatus::Serving).await;
    }
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(Routes::default()
        .add_service(WalletServiceServer::new(api.clone()))
        .add_service(PaymentServiceServer::new(api.clone()))
        .add_service(CampaignServiceServer::new(api.clone()))
        .add_service(SettlementServiceServer::new(api.clone()))
        .add_service(OperatorServiceServer::new(api))
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .prepare())
}
