//! Whoever settles with the provider: a shop's back office, or a manufacturer's.

use proto::{
    status::Failure,
    v1::{self, settlement_service_client::SettlementServiceClient},
};
use tonic::transport::Channel;
use uuid::Uuid;

use super::{answer, granted, signed};

/// An office with its key.
#[derive(Debug, Clone)]
pub struct Office {
    channel: Channel,
    key: String,
}

impl Office {
    pub(super) fn new(channel: Channel, key: String) -> Self {
        Self { channel, key }
    }

    /// Its key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Closes the batch of all that came since the last one.
    pub async fn close(&self) -> v1::Batch {
        self.close_under(&Uuid::now_v7().to_string()).await.expect("the batch is closed")
    }

    /// The same under an id of its choice.
    pub async fn close_under(&self, close_id: &str) -> Result<v1::Batch, Failure> {
        let request = v1::CloseBatchRequest { close_id: close_id.to_owned(), party_id: String::new() };
        let outcome = self.client().close_batch(signed(&self.key, request)).await;
        answer(outcome).map(|closed| closed.batch.expect("a batch"))
    }

    /// A batch, where there is one.
    pub async fn batch(&self, batch_id: &str) -> Result<v1::Batch, Failure> {
        let request = v1::GetBatchRequest { batch_id: batch_id.to_owned() };
        let outcome = self.client().get_batch(signed(&self.key, request)).await;
        answer(outcome).map(|got| got.batch.expect("a batch"))
    }

    /// Its batches, newest first.
    pub async fn batches(&self) -> Vec<v1::Batch> {
        let request = v1::ListBatchesRequest::default();
        granted(self.client().list_batches(signed(&self.key, request)).await).batches
    }

    /// The lines of a batch.
    pub async fn lines(&self, batch_id: &str) -> Vec<v1::BatchEntry> {
        let request = v1::ListBatchEntriesRequest { batch_id: batch_id.to_owned() };
        let mut stream = granted(self.client().list_batch_entries(signed(&self.key, request)).await);
        let mut lines = Vec::new();
        while let Some(message) = stream.message().await.expect("the stream goes on") {
            lines.extend(message.entries);
        }
        lines
    }

    /// The same as a CSV file.
    pub async fn csv(&self, batch_id: &str) -> String {
        let request = v1::DownloadBatchRequest { batch_id: batch_id.to_owned() };
        let mut stream = granted(self.client().download_batch(signed(&self.key, request)).await);
        let mut file = Vec::new();
        while let Some(message) = stream.message().await.expect("the stream goes on") {
            file.extend(message.data);
        }
        String::from_utf8(file).expect("text")
    }

    fn client(&self) -> SettlementServiceClient<Channel> {
        SettlementServiceClient::new(self.channel.clone())
    }
}
