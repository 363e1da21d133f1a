//! The three-sources rule and the pin: which Statement counts, and whether its root is the shop's.

use super::pin::{Familiarity, Pin};
use super::statement::ParsedStatement;
use super::verified::VerifyRefusal;
use crate::keys::Jkt;

/// Decides which of the two Statements counts (docs/protocol.md section 6, steps 5 and 6).
pub(super) fn choose<'a>(
    in_request: &'a ParsedStatement,
    fetched: &'a ParsedStatement,
    attested_root: &Jkt,
    pin: Option<&Pin>,
) -> Result<(&'a ParsedStatement, Familiarity), VerifyRefusal> {
    refuse_two_under_one_number(in_request.number(), fetched.number())?;
    let counts = if in_request.statement().seq > fetched.statement().seq { in_request } else { fetched };
    let all_name_one_root =
        in_request.root_jkt() == fetched.root_jkt() && fetched.root_jkt() == *attested_root;

    let Some(pin) = pin else {
        return if all_name_one_root {
            Ok((counts, Familiarity::FirstTime))
        } else {
            Err(VerifyRefusal::RootMismatch)
        };
    };
    if counts.statement().seq < pin.seq {
        return Err(VerifyRefusal::StatementRollback);
    }
    let pinned = (pin.seq, pin.statement_sha256.as_str());
    for statement in [in_request, fetched] {
        refuse_two_under_one_number(statement.number(), pinned)?;
    }
    if counts.statement().seq == pin.seq + 1 && counts.statement().prev.as_deref() != Some(pinned.1) {
        return Err(VerifyRefusal::StatementChain);
    }
    let both_by_one_root = in_request.root_jkt() == fetched.root_jkt();
    if both_by_one_root && counts.root_jkt() == pin.root_jkt {
        return Ok((counts, Familiarity::Known { since: pin.first_seen }));
    }
    let announced = pin.next_root_jkt_hash.as_deref() == Some(counts.root_jkt().commitment().as_str());
    if announced && all_name_one_root {
        Ok((counts, Familiarity::AnnouncedNewRoot { since: pin.first_seen }))
    } else {
        Err(VerifyRefusal::RootChanged)
    }
}

/// Two different Statements under one `seq` mean that somebody tells two stories.
fn refuse_two_under_one_number(one: (u64, &str), other: (u64, &str)) -> Result<(), VerifyRefusal> {
    if one.0 == other.0 && one.1 != other.1 { Err(VerifyRefusal::StatementEquivocation) } else { Ok(()) }
}

impl ParsedStatement {
    /// `seq` and the bytes under it.
    fn number(&self) -> (u64, &str) {
        (self.statement().seq, self.sha256())
    }
}
