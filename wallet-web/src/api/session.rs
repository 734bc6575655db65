//! The session: proves the device key by signing the provider's challenge, and keeps the token that it gets for it.

use std::sync::{Arc, Mutex, PoisonError};

use proto::v1;
use shared::session::signing_input;
use tonic::{Request, Response, Status, metadata::MetadataValue};

use super::{CallError, Client, Provider, Transport};
use crate::keys::DeviceKey;

/// The session token, shared by all clones of a provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Session(Arc<Mutex<Option<String>>>);

impl Session {
    pub(super) fn begin(&self, token: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    fn token(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A challenge answered by the device key.
pub(super) struct Proof {
    pub(super) public_key: Vec<u8>,
    pub(super) challenge: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<T: Transport, K: DeviceKey> Provider<T, K> {
    /// Gets a challenge and signs it.
    pub(super) async fn prove(&self) -> Result<Proof, CallError> {
        let challenge =
            self.client().create_challenge(v1::CreateChallengeRequest {}).await?.into_inner().challenge;
        let signature = self.key.sign(&signing_input(&challenge)).await?.to_vec();
        Ok(Proof { public_key: self.key.public_key().await?.to_vec(), challenge, signature })
    }

    /// Starts a session for the wallet that the key has.
    async fn start_session(&self) -> Result<String, CallError> {
        let Proof { public_key, challenge, signature } = self.prove().await?;
        let request = v1::StartSessionRequest { public_key, challenge, signature };
        let token = self.client().start_session(request).await?.into_inner().session_token;
        self.session.begin(token.clone());
        Ok(token)
    }

    pub(super) fn client(&self) -> Client<T> {
        Client::new(self.transport.clone())
    }

    /// One call within a session.
    pub(super) async fn call<M, R, F>(
        &self,
        message: M,
        call: impl Fn(Client<T>, Request<M>) -> F,
    ) -> Result<R, CallError>
    where
        M: Clone,
        F: Future<Output = Result<Response<R>, Status>>,
    {
        self.call_over(&self.transport, message, call).await
    }

    /// One call within a session. Where the session had ended, a new one is started and the call made again, once.
    pub(super) async fn call_over<M, R, F>(
        &self,
        transport: &T,
        message: M,
        call: impl Fn(Client<T>, Request<M>) -> F,
    ) -> Result<R, CallError>
    where
        M: Clone,
        F: Future<Output = Result<Response<R>, Status>>,
    {
        let attempt = async |token: &str| {
            call(Client::new(transport.clone()), with_token(message.clone(), token)?).await
        };
        if let Some(token) = self.session.token() {
            match attempt(&token).await.map_err(CallError::from) {
                Err(error) if error.session_ended() => {}
                outcome => return outcome.map(Response::into_inner),
            }
        }
        Ok(attempt(&self.start_session().await?).await?.into_inner())
    }
}

fn with_token<M>(message: M, token: &str) -> Result<Request<M>, Status> {
    let value = MetadataValue::try_from(format!("Bearer {token}"))
        .map_err(|_| Status::internal("the provider gave a session token that can't be sent"))?;
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", value);
    Ok(request)
}
