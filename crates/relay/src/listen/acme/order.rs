//! One order, from the first word to the certificate.

use std::time::Duration;

use instant_acme::{AuthorizationStatus, ChallengeType, Identifier, NewOrder, OrderStatus, RetryPolicy};
use zeroize::Zeroizing;

use super::files::Given;
use super::{AcmeError, Authority, account, challenge};
use crate::listen::Certificates;

/// How long an authority may take to look, and to certify.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_mins(2));

/// Orders a certificate for `host`, and answers the challenge through `certificates`.
pub(super) async fn order(
    authority: &Authority,
    host: &str,
    certificates: &Certificates,
) -> Result<Given, AcmeError> {
    let account = account::open(authority).await?;
    let names = [Identifier::Dns(host.to_owned())];
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let offered = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = offered.ok_or(AcmeError::NoChallenge)?;
        let digest = challenge.key_authorization().digest();
        certificates.answer_challenge(Some(challenge::make_answer(host, digest.as_ref())?));
        challenge.set_ready().await?;
    }
    if order.poll_ready(&PATIENCE).await? != OrderStatus::Ready {
        return Err(AcmeError::Refused);
    }
    let key = Zeroizing::new(order.finalize().await?);
    let certificate = order.poll_certificate(&PATIENCE).await?;
    Ok(Given { certificate, key })
}
