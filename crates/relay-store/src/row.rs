//! What both databases read from their rows.

use crate::{GrantId, Sha256, StoreError};

/// A table holds what this program never writes: another program, or a damaged database.
#[derive(Debug, thiserror::Error)]
#[error("a row holds a {0} that this program does not write")]
pub struct ForeignRow(pub &'static str);

impl From<ForeignRow> for StoreError {
    fn from(row: ForeignRow) -> Self {
        Self::Broken(Box::new(row))
    }
}

/// Reads a digest column.
pub fn parse_digest(bytes: &[u8]) -> Result<Sha256, ForeignRow> {
    bytes.try_into().map_err(|_| ForeignRow("digest"))
}

/// Reads the column of a grant's id.
pub fn parse_grant_id(text: &str) -> Result<GrantId, ForeignRow> {
    text.parse().map_err(|_| ForeignRow("grant id"))
}

/// Reads the columns of an answer beside its request: both are there, or it was not answered.
pub fn parse_answer(
    body_sha256: Option<Vec<u8>>,
    reply: Option<String>,
) -> Result<Option<(Sha256, String)>, ForeignRow> {
    body_sha256.zip(reply).map(|(digest, reply)| Ok((parse_digest(&digest)?, reply))).transpose()
}
