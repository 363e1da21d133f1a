//! A passport for one answer: asked for with the person's key at this shop, and believed only after checking.

use passerby_protocol::keys::{PairwiseKey, SigningKey};
use passerby_protocol::passport::{Passport, PassportRefusal, PassportRequest};
use passerby_protocol::proof::DpopProof;
use passerby_protocol::wire::jws::JwsError;
use passerby_relay_api::passport::PassportRequestBody;
use rand_core::CryptoRng;

use crate::relay_trouble::RelayTrouble;
use crate::trouble::Trouble;
use crate::verify::Checked;
use crate::wallet::Wallet;

/// Why there is no passport. No detail was sent: a passport has none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassportError {
    /// The relay issued something that is no passport of this person at this shop.
    #[error("Stopped. The relay server does not do what it should: {0}.")]
    Refused(#[from] PassportRefusal),
    /// The relay issued a passport to another key.
    #[error(
        "Stopped. The relay server does not do what it should: it issued the passport to somebody else's key."
    )]
    Key,
    /// The relay could not be asked, or said no.
    #[error(transparent)]
    Relay(RelayTrouble),
    /// The request for it could not be signed.
    #[error("The request for a passport could not be signed.")]
    Sign(#[from] JwsError),
}

impl Trouble for PassportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.word(),
            Self::Key => "passport-key",
            Self::Relay(trouble) => trouble.code(),
            Self::Sign(_) => "passport-proof",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::Refused(_) | Self::Key => {
                "The shop's own form still works. Tell the shop that its relay server is not in order."
            }
            Self::Relay(trouble) => trouble.next_step(),
            Self::Sign(_) => "",
        }
    }
}

impl Wallet {
    /// Has the relay issue a passport to `key`, and checks that it did just that.
    pub(crate) async fn fetch_passport(
        &self,
        checked: &Checked,
        key: &PairwiseKey,
        request_key: &SigningKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Passport, PassportError> {
        let relay = checked.request.relay();
        let id = checked.request.link().request_uri().id();
        let now = self.now();
        let body = PassportRequestBody {
            request: id.as_str().to_owned(),
            proof: PassportRequest::sign(relay, id, key, now)?,
        };
        tracing::debug!(step = "deliver", "asking for a passport");
        let issued = checked
            .relay
            .request_passport(&body, |method, url| DpopProof::make(method, url, request_key, now, rng))
            .await
            .map_err(|cause| PassportError::Relay(RelayTrouble::new(relay, cause)))?;
        let passport = Passport::parse(&issued, &checked.keys, checked.request.sector(), self.now())?;
        if passport.holder() == key.public() { Ok(passport) } else { Err(PassportError::Key) }
    }
}
