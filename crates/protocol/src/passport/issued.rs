//! The passport: a pseudonymous SD-JWT VC by the relay (docs/protocol.md section 9.1). No personal data, no disclosures.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::issuer::Issuer;
use crate::keys::{PublicKey, RelayKeys, SigningKey, derive_user_ref};
use crate::sector::Sector;
use crate::time::{DAY, Timestamp};
use crate::wire::jws::{self, JwsError, Unverified};
use crate::wire::sd_jwt;

/// The longest life of a passport.
const LONGEST: i64 = 90 * DAY;

/// Why a passport was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassportRefusal {
    /// Not a passport.
    #[error("the passport is malformed")]
    Malformed,
    /// Another `typ` or `alg`.
    #[error("the passport is of another type")]
    Type,
    /// Not signed by the relay.
    #[error("the passport is not signed by the relay")]
    Signature,
    /// By another relay, or not a passport of this one.
    #[error("the passport comes from another relay")]
    Issuer,
    /// The pseudonym does not follow from the key: somebody tries to pass for another person.
    #[error("the passport names a pseudonym that does not belong to its key")]
    UserRef,
    /// For another shop.
    #[error("the passport is for another shop")]
    Sector,
    /// Ended, not yet valid, or made for more than 90 days.
    #[error("the passport has run out")]
    Expired,
}

impl PassportRefusal {
    /// The refusal as the protocol names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "passport-malformed",
            Self::Type => "passport-type",
            Self::Signature => "passport-signature",
            Self::Issuer => "passport-issuer",
            Self::UserRef => "user-ref-mismatch",
            Self::Sector => "passport-sector",
            Self::Expired => "passport-expired",
        }
    }
}

impl From<JwsError> for PassportRefusal {
    fn from(refused: JwsError) -> Self {
        match refused {
            JwsError::TooLarge | JwsError::Malformed => Self::Malformed,
            JwsError::Type => Self::Type,
            JwsError::Signature => Self::Signature,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Payload {
    iss: String,
    vct: String,
    sub: String,
    sector: String,
    cnf: Confirmation,
    iat: Timestamp,
    exp: Timestamp,
    assurance: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Confirmation {
    jwk: PublicKey,
}

/// A passport whose signature, pseudonym, sector and time hold.
#[derive(Clone)]
pub struct Passport {
    unbound: String,
    holder: PublicKey,
    sector: Sector,
    user_ref: String,
}

/// Says for which shop, and no pseudonym.
impl fmt::Debug for Passport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passport({}, ..)", self.sector)
    }
}

impl Passport {
    /// Issues a passport for the holder of `holder` at `sector`: `<JWS>~`.
    pub fn issue(
        issuer: &Issuer,
        relay_key: &SigningKey,
        holder: &PublicKey,
        sector: &Sector,
        now: Timestamp,
    ) -> Result<String, JwsError> {
        let payload = Payload {
            iss: issuer.to_string(),
            vct: issuer.passport_vct(),
            sub: derive_user_ref(sector, &holder.jkt()),
            sector: sector.to_string(),
            cnf: Confirmation { jwk: holder.clone() },
            iat: now.day(),
            exp: now.day() + LONGEST,
            assurance: "open".to_owned(),
        };
        let header = jws::Header::new(sd_jwt::TYP).with_kid(relay_key.public());
        Ok(format!("{}~", jws::sign(&header, &payload, relay_key)?))
    }

    /// Reads and checks `<JWS>~` from the relay of `keys` for `sector`.
    pub fn parse(
        unbound: &str,
        keys: &RelayKeys,
        sector: &Sector,
        now: Timestamp,
    ) -> Result<Self, PassportRefusal> {
        let issued = unbound.strip_suffix('~').ok_or(PassportRefusal::Malformed)?;
        let parsed = Unverified::<Payload>::parse(issued, sd_jwt::TYP)?;
        let key = keys.find(parsed.header().kid.as_deref()).ok_or(PassportRefusal::Signature)?;
        let payload = parsed.verify(key)?;

        if payload.iss != keys.issuer().as_str() || payload.vct != keys.issuer().passport_vct() {
            return Err(PassportRefusal::Issuer);
        }
        if payload.sub != derive_user_ref(sector, &payload.cnf.jwk.jkt()) {
            return Err(PassportRefusal::UserRef);
        }
        if payload.sector != sector.as_str() {
            return Err(PassportRefusal::Sector);
        }
        let life = payload.exp - payload.iat;
        if payload.exp.has_ended(now) || payload.iat.is_ahead_of(now) || !(1..=LONGEST).contains(&life) {
            return Err(PassportRefusal::Expired);
        }
        Ok(Self {
            unbound: unbound.to_owned(),
            holder: payload.cnf.jwk,
            sector: sector.clone(),
            user_ref: payload.sub,
        })
    }

    /// Reads what a passport says without asking who signed it: when a release is opened, the order already vouches for
    /// the pseudonym and the key.
    pub(crate) fn read(unbound: &str) -> Result<(String, PublicKey), PassportRefusal> {
        let issued = unbound.strip_suffix('~').ok_or(PassportRefusal::Malformed)?;
        let parsed = Unverified::<Payload>::parse(issued, sd_jwt::TYP)?;
        Ok((parsed.peek().sub.clone(), parsed.peek().cnf.jwk.clone()))
    }

    /// `<JWS>~`.
    #[must_use]
    pub fn unbound(&self) -> &str {
        &self.unbound
    }

    /// The pairwise key it was issued to.
    #[must_use]
    pub fn holder(&self) -> &PublicKey {
        &self.holder
    }

    /// For which shop.
    #[must_use]
    pub fn sector(&self) -> &Sector {
        &self.sector
    }

    /// The pseudonym.
    #[must_use]
    pub fn user_ref(&self) -> &str {
        &self.user_ref
    }
}
