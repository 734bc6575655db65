//! What only tills ask: what a bare token stands for, and what moved money on a day.

use proto::{
    convert::{FieldError, money_to_wire, state_to_wire, time_from_wire, time_to_wire},
    status::Failure,
    v1,
};
use shared::{
    code::TokenNumber,
    ids::OfferNumber,
    ledger::EntryKind,
    offer::{Store, eligible},
    reason::Reason,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{Api, watch::stream};
use crate::{
    auth::Till,
    engine::decide::payment::{Scan, judge_token, judge_wallet},
    error::Error,
    read::{
        batches::ShopLine,
        day::{self, Day},
        tokens,
    },
};

impl Api {
    /// A token's number in place of a code. What it stands for is decided with the payment.
    pub(super) async fn bare_token(&self, till: Till, number: &str) -> Result<Scan, Error> {
        let number = token_number(number)?;
        let now = self.0.outside.clock.now();
        self.0.unknown_tokens.check(&till.terminal, now)?;
        let scan = self.0.token_alone(number).await?;
        if scan.token.is_none() {
            self.0.unknown_tokens.wrong(till.terminal, now);
        }
        Ok(scan)
    }

    /// What a token stands for, for a till that has to name the coupons itself.
    pub(super) async fn resolve(&self, till: Till, number: &str) -> Result<v1::ResolveTokenResponse, Error> {
        let number = token_number(number)?;
        let now = self.0.outside.clock.now();
        self.0.unknown_tokens.check(&till.terminal, now)?;
        let found = match self.0.secrets.token_id(number) {
            Some(id) => self.0.readers.read(move |conn| tokens::resolve(conn, id)).await?,
            None => None,
        };
        let Some(found) = found else {
            self.0.unknown_tokens.wrong(till.terminal, now);
            return Err(Error::refused(Reason::TokenUnknown, "this provider never gave out this token"));
        };
        judge_token(&found.token, now)?;
        judge_wallet(Some(&found.wallet))?;
        let store = Store { merchant: till.merchant, branch: till.branch };
        let holds = |number: &OfferNumber| {
            self.0
                .directory
                .offer_to_show(*number)
                .is_some_and(|offer| eligible(&offer.terms, store, now).is_ok())
        };
        Ok(v1::ResolveTokenResponse {
            offer_numbers: found.clipped.iter().filter(|n| holds(n)).map(|number| number.0).collect(),
            expires_at: Some(time_to_wire(found.token.expires_at)),
        })
    }

    /// The till's entries, page by page.
    pub(super) fn day(
        &self,
        till: Till,
        request: &v1::ListTerminalEntriesRequest,
    ) -> Result<ReceiverStream<Result<v1::ListTerminalEntriesResponse, Status>>, FieldError> {
        let since = time_from_wire("since", request.since.as_ref())?;
        let until = match &request.until {
            Some(until) => time_from_wire("until", Some(until))?,
            // What this very millisecond brings is in.
            None => self.0.outside.clock.now().plus_ms(1),
        };
        let day = Day { merchant: till.merchant, terminal: till.terminal, since, until };
        let api = self.clone();
        Ok(stream(|sender| async move {
            let (after, through) = api.0.readers.read(move |conn| day::bounds(conn, day)).await?;
            let mut after = Some(after);
            while let Some(from) = after {
                let page = api.0.readers.read(move |conn| day::lines(conn, day, (from, through))).await?;
                after = page.more_after;
                let entries = page.lines.iter().map(|line| api.entry(line)).collect();
                if sender.send(Ok(v1::ListTerminalEntriesResponse { entries })).await.is_err() {
                    return Ok(());
                }
            }
            Ok(())
        }))
    }

    fn entry(&self, line: &ShopLine) -> v1::TerminalEntry {
        let money = |minor: i64| Some(money_to_wire(line.payment.money(minor.abs())));
        let kind = match line.kind {
            EntryKind::Payment => v1::TerminalEntryKind::Sale,
            EntryKind::Reversal => v1::TerminalEntryKind::Reversal,
            EntryKind::Refund => v1::TerminalEntryKind::Refund,
            _ => v1::TerminalEntryKind::Unspecified,
        };
        v1::TerminalEntry {
            entry_id: line.entry.unsigned_abs(),
            kind: kind.into(),
            at: Some(time_to_wire(line.at)),
            payment_id: line.payment.id.to_string(),
            refund_id: line.refund().map(|refund| refund.id.to_string()).unwrap_or_default(),
            merchant_reference: line.payment.reference.clone(),
            shopper_amount: money(line.shopper_minor),
            discount_amount: money(line.campaigns_minor),
            payment_state: state_to_wire(line.payment.state).into(),
        }
    }
}

fn token_number(text: &str) -> Result<TokenNumber, Failure> {
    TokenNumber::parse(text).map_err(|error| Failure {
        field: Some("token_number".to_owned()),
        ..Failure::new(Reason::CodeMalformed, error.to_string())
    })
}
