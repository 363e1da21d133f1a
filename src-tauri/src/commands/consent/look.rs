//! A look at a request: what is shown of it, or why there is nothing to be shown.
//!
//! What it must never do: show a screen of somebody who was not checked.

use passerby_protocol::foreign::ForeignRefusal;
use passerby_protocol::request::RequestRefusal;
use passerby_wallet::foreign::ForeignOpenError;
use passerby_wallet::{LookError, VerifyError};

use crate::command_error::CommandError;
use crate::commands::Answered;
use crate::open_wallet::{Asking, OpenWallet};
use crate::shell::Shell;
use crate::views::consent::{FailedReason, Found, UncheckedReason};

/// Checks a request again.
pub async fn look(shell: &Shell, open: &OpenWallet, request: u32) -> Answered<Result<Asking, Found>> {
    let mut rng = shell.rng()?;
    if let Some(number) = open.wallet().find_foreign(Some(request)).await? {
        return match open.wallet().look_foreign(number, &shell.trust()?, &mut rng).await {
            Ok(view) => Ok(Ok(Asking::Foreign(Box::new(view)))),
            Err(error) => found_of_foreign(error).map(Err),
        };
    }
    match open.wallet().look(Some(request), &mut rng).await {
        Ok(view) => Ok(Ok(Asking::Shop(Box::new(view)))),
        Err(LookError::Verify(error)) => found(error).map(Err),
        Err(error) => Err(error.into()),
    }
}

/// What is shown of a request that was not checked, or does not hold. That it has run out, or that a clock is off, is nobody's
/// fault and a trouble like others.
fn found(error: VerifyError) -> Answered<Found> {
    let host = error.find_claimed().map(ToString::to_string);
    match (host, &error) {
        (Some(host), VerifyError::StatementUnreachable { .. }) => {
            let no_keys = error.has_published_no_keys();
            let reason = if no_keys { UncheckedReason::NoKeys } else { UncheckedReason::NoAnswer };
            Ok(Found::Unchecked { host, foreign: false, reason })
        }
        (_, VerifyError::Request { source: RequestRefusal::Expired | RequestRefusal::NotYetValid, .. }) => {
            Err(error.into())
        }
        (Some(host), VerifyError::Request { .. } | VerifyError::Shop { .. }) => {
            Ok(Found::Failed { host, reason: FailedReason::Keys })
        }
        _ => Err(error.into()),
    }
}

/// The same for a foreign verifier.
fn found_of_foreign(error: ForeignOpenError) -> Answered<Found> {
    let Some(host) = error.find_claimed().map(str::to_owned) else { return Err(error.into()) };
    match &error {
        ForeignOpenError::StatementUnreachable { .. } => {
            Ok(Found::Unchecked { host, foreign: true, reason: UncheckedReason::NoAnswer })
        }
        ForeignOpenError::Refused { source, .. } => match source {
            ForeignRefusal::Expired | ForeignRefusal::NotYetValid => {
                Err(CommandError::of_foreign(host, &error))
            }
            ForeignRefusal::CertificateMalformed
            | ForeignRefusal::CertificateChain
            | ForeignRefusal::CertificateName => {
                Ok(Found::Failed { host, reason: FailedReason::Certificate })
            }
            ForeignRefusal::StatementObeyed => {
                Ok(Found::Failed { host, reason: FailedReason::AroundItsKeys })
            }
            _ => Ok(Found::Failed { host, reason: FailedReason::Request }),
        },
        _ => Err(CommandError::of_foreign(host, &error)),
    }
}
