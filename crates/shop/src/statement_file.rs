//! Statements as they lie in files.

use passerby_protocol::keys::SigningKey;
use passerby_protocol::time::Timestamp;
use passerby_protocol::verify::{ParsedStatement, Statement, StatementRefusal};
use passerby_protocol::wire::jws::Unverified;

const TYP: &str = "passerby-statement+jwt";

/// A Statement was to be signed that no wallet would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The signature could not be made.
    #[error("the Statement could not be signed")]
    Sign,
    /// Signed, but wallets would refuse it.
    #[error("tried the new Statement as a wallet would, and it was refused ({})", .0.word())]
    Refused(#[source] StatementRefusal),
}

/// Reads a Statement and checks it as of the moment it was made: one that has run out since can still be read, and succeeded.
pub fn read(compact: &str) -> Result<ParsedStatement, StatementRefusal> {
    let compact = compact.trim_ascii();
    let unverified = Unverified::<Statement>::parse(compact, TYP)?;
    let claimed = unverified.peek();
    ParsedStatement::parse(compact, &claimed.iss, claimed.iat)
}

/// Why a wallet would refuse this Statement at `now`, if it would.
#[must_use]
pub fn find_refusal(compact: &str, parsed: &ParsedStatement, now: Timestamp) -> Option<StatementRefusal> {
    ParsedStatement::parse(compact.trim_ascii(), &parsed.statement().iss, now).err()
}

/// Signs a Statement and reads it back as a wallet would: what is refused here must never be published.
pub fn sign(statement: &Statement, root: &SigningKey) -> Result<(String, ParsedStatement), SignError> {
    let compact = statement.sign(root).map_err(|_| SignError::Sign)?;
    let parsed =
        ParsedStatement::parse(&compact, &statement.iss, statement.iat).map_err(SignError::Refused)?;
    Ok((compact, parsed))
}
