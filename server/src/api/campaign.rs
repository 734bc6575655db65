//! `CampaignService`.

use std::sync::Arc;

use proto::{
    convert::{FieldError, required, terms_from_wire},
    v1,
    v1::campaign_service_server::CampaignService,
};
use shared::{
    ids::{IssuerId, OfferNumber},
    reason::Reason,
};
use tonic::{Request, Response, Status};

use super::{Api, parse, view};
use crate::{
    config::PER_WALLET_LIMIT_MAX,
    engine::decide::{
        campaign::{CreateCampaign, SetCampaignState},
        transfer::FundCampaign,
    },
    error::Error,
    model::{CampaignState, CampaignView},
    read::{
        campaigns,
        page::{Page, next_token},
        report,
    },
};

#[tonic::async_trait]
impl CampaignService for Api {
    async fn create_campaign(
        &self,
        request: Request<v1::CreateCampaignRequest>,
    ) -> Result<Response<v1::CreateCampaignResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let issuer_name = self.0.directory.issuer_name(issuer).map_err(Error::from)?.unwrap_or_default();
        let command = create(request.get_ref(), issuer, issuer_name).map_err(Error::from)?;
        let campaign = self.0.engine.run(command).await?;
        Ok(Response::new(v1::CreateCampaignResponse { campaign: Some(self.0.campaign_view(&campaign)) }))
    }

    async fn fund_campaign(
        &self,
        request: Request<v1::FundCampaignRequest>,
    ) -> Result<Response<v1::FundCampaignResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let command = fund(request.get_ref(), issuer).map_err(Error::from)?;
        let campaign = self.0.engine.run(command).await?;
        Ok(Response::new(v1::FundCampaignResponse { campaign: Some(self.0.campaign_view(&campaign)) }))
    }

    async fn activate_campaign(
        &self,
        request: Request<v1::ActivateCampaignRequest>,
    ) -> Result<Response<v1::ActivateCampaignResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let campaign =
            self.set_state(issuer, request.get_ref().offer_number, CampaignState::Active, false).await?;
        Ok(Response::new(v1::ActivateCampaignResponse { campaign: Some(self.0.campaign_view(&campaign)) }))
    }

    async fn pause_campaign(
        &self,
        request: Request<v1::PauseCampaignRequest>,
    ) -> Result<Response<v1::PauseCampaignResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let v1::PauseCampaignRequest { offer_number, return_budget } = request.into_inner();
        let campaign = self.set_state(issuer, offer_number, CampaignState::Paused, return_budget).await?;
        Ok(Response::new(v1::PauseCampaignResponse { campaign: Some(self.0.campaign_view(&campaign)) }))
    }

    async fn get_campaign(
        &self,
        request: Request<v1::GetCampaignRequest>,
    ) -> Result<Response<v1::GetCampaignResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let campaign = self.campaign(issuer, OfferNumber(request.get_ref().offer_number)).await?;
        Ok(Response::new(v1::GetCampaignResponse { campaign: Some(self.0.campaign_view(&campaign)) }))
    }

    async fn list_campaigns(
        &self,
        request: Request<v1::ListCampaignsRequest>,
    ) -> Result<Response<v1::ListCampaignsResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 50, 100).map_err(Error::from)?;
        let directory = Arc::clone(&self.0.directory);
        let (found, next) = self
            .0
            .readers
            .read(move |conn| campaigns::list(conn, &directory, issuer, page))
            .await
            .map_err(Error::from)?;
        Ok(Response::new(v1::ListCampaignsResponse {
            campaigns: found.iter().map(|campaign| self.0.campaign_view(campaign)).collect(),
            next_page_token: next_token(next),
        }))
    }

    async fn get_campaign_report(
        &self,
        request: Request<v1::GetCampaignReportRequest>,
    ) -> Result<Response<v1::GetCampaignReportResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let v1::GetCampaignReportRequest { offer_number, utc_offset_minutes } = request.into_inner();
        if !(-840..=840).contains(&utc_offset_minutes) {
            let problem = "must be from -840 to 840";
            return Err(Error::from(FieldError::new("utc_offset_minutes", problem)).into());
        }
        let offer = OfferNumber(offer_number);
        let campaign = self.campaign(issuer, offer).await?;
        let read = move |conn: &mut _| {
            let clipped = report::clipped(conn, offer, utc_offset_minutes)?;
            Ok::<_, Error>((clipped, report::redeemed(conn, offer, utc_offset_minutes)?))
        };
        let (clipped, redeemed) = self.0.readers.read(read).await?;
        let spent = redeemed.iter().map(|day| day.spent_minor - day.returned_minor).sum();
        let clipped_day = |day: &report::Clipped| v1::ClippedDay { day: date(day.day), coupons: day.coupons };
        let redeemed_day = |day: &report::Redeemed| v1::RedeemedDay {
            day: date(day.day),
            merchant_id: day.merchant.to_string(),
            coupons: day.coupons,
            spent: Some(self.0.money(day.spent_minor)),
            returned: Some(self.0.money(day.returned_minor)),
        };
        Ok(Response::new(v1::GetCampaignReportResponse {
            campaign: Some(self.0.campaign_view(&campaign)),
            spent: Some(self.0.money(spent)),
            clipped: clipped.iter().map(clipped_day).collect(),
            redeemed: redeemed.iter().map(redeemed_day).collect(),
        }))
    }

    async fn list_redemptions(
        &self,
        request: Request<v1::ListRedemptionsRequest>,
    ) -> Result<Response<v1::ListRedemptionsResponse>, Status> {
        let issuer = self.0.issuer(request.metadata())?;
        let request = request.get_ref();
        let page = Page::of(request.page_size, &request.page_token, 100, 500).map_err(Error::from)?;
        let offer = OfferNumber(request.offer_number);
        self.campaign(issuer, offer).await?;
        let (found, next) = self
            .0
            .readers
            .read(move |conn| campaigns::redeemed(conn, offer, page))
            .await
            .map_err(Error::from)?;
        Ok(Response::new(v1::ListRedemptionsResponse {
            redemptions: found.iter().flat_map(|(row, payment)| view::redemptions(row, payment)).collect(),
            next_page_token: next_token(next),
        }))
    }
}

impl Api {
    async fn set_state(
        &self,
        issuer: IssuerId,
        offer: u32,
        to: CampaignState,
        return_budget: bool,
    ) -> Result<CampaignView, Error> {
        self.0.engine.run(SetCampaignState { issuer, offer: OfferNumber(offer), to, return_budget }).await
    }

    async fn campaign(&self, issuer: IssuerId, offer: OfferNumber) -> Result<CampaignView, Error> {
        let directory = Arc::clone(&self.0.directory);
        let found =
            self.0.readers.read(move |conn| campaigns::campaign(conn, &directory, issuer, offer)).await?;
        found.ok_or_else(|| Error::refused(Reason::OfferNotFound, format!("there is no offer {offer}")))
    }
}

fn create(
    request: &v1::CreateCampaignRequest,
    issuer: IssuerId,
    issuer_name: String,
) -> Result<CreateCampaign, FieldError> {
    let terms = required("terms", request.terms.as_ref())?;
    let per_wallet_limit = match request.per_wallet_limit {
        0 => 1,
        limit if limit <= PER_WALLET_LIMIT_MAX => limit,
        _ => {
            let problem = format!("must be at most {PER_WALLET_LIMIT_MAX}");
            return Err(FieldError::new("per_wallet_limit", problem));
        }
    };
    Ok(CreateCampaign {
        issuer,
        issuer_name,
        title: parse::text("title", request.title.as_ref(), true)?,
        description: parse::text("description", request.description.as_ref(), false)?,
        image_url: parse::image_url(&request.image_url)?,
        gpc_code: parse::gpc_code(request.gpc_code)?,
        terms: terms_from_wire(terms).map_err(|error| error.within("terms"))?,
        per_wallet_limit,
        total_circulation: request.total_circulation,
    })
}

fn fund(request: &v1::FundCampaignRequest, issuer: IssuerId) -> Result<FundCampaign, FieldError> {
    Ok(FundCampaign {
        request_id: parse::request_id("funding_id", &request.funding_id)?,
        request_hash: parse::request_hash(&issuer.to_string(), request),
        issuer,
        offer: OfferNumber(request.offer_number),
        amount: parse::amount(request.amount.as_ref())?,
    })
}

/// "2026-11-24", of days since 1970.
fn date(day: i64) -> String {
    let at = jiff::Timestamp::from_second(day.saturating_mul(86_400)).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}
