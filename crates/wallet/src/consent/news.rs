//! What is different from the times before, so that a person need not remember it.
//!
//! Never in here: a word that something new is wrong. The person is told, and decides.

use std::collections::BTreeSet;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::request::Terms;
use passerby_protocol::time::Timestamp;

use super::Detail;
use crate::group::Group;
use crate::label::Label;
use crate::records::GrantRecord;
use crate::who_knows::SentDetail;

/// What is different from the times when something was sent to this shop before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// How often something was sent there.
    pub times_sent: usize,
    /// When something was last sent there.
    pub last_sent: Option<Timestamp>,
    /// Asked for, and not any of those times. Empty at first sight.
    pub new_claims: Vec<ClaimName>,
    /// Asked for, and not sent any of those times; whether it was asked for the last time, nobody here remembers. Only where a
    /// copy brought that time back, until something is sent again.
    pub maybe_new: Vec<ClaimName>,
    /// The shop wants to keep it longer: for how many days it was the last time.
    pub shorter_before: Option<u32>,
    /// The reason has changed: what it was the last time.
    pub purpose_before: Option<String>,
    /// Recipients that were not named the last time.
    pub new_recipients: Vec<String>,
    /// What goes unless another is named is another one than the shop has.
    pub moved: Vec<Moved>,
}

/// The shop has another value than would go now: an older one, or one of another label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Of what.
    pub group: Group,
    /// The label that would go.
    pub sends: Label,
    /// The label under which it was saved what the shop has.
    pub had: Label,
}

impl News {
    pub(super) fn since<'a>(
        sent: &[GrantRecord],
        asked: impl Iterator<Item = &'a Detail>,
        terms: &Terms,
    ) -> Self {
        let Some(last) = sent.last() else { return Self::default() };
        let asked_before: BTreeSet<_> =
            sent.iter().flat_map(|grant| grant.claims.iter().chain(grant.asked.iter().flatten())).collect();
        let unheard: Vec<_> =
            asked.map(|detail| detail.claim.clone()).filter(|claim| !asked_before.contains(claim)).collect();
        let (new_claims, maybe_new) =
            if last.asked.is_some() { (unheard, Vec::new()) } else { (Vec::new(), unheard) };
        let new = |name: &&String| !last.terms.recipients.contains(name);
        Self {
            times_sent: sent.len(),
            last_sent: Some(last.given),
            new_claims,
            maybe_new,
            moved: Vec::new(),
            shorter_before: (terms.retention > last.terms.retention).then_some(last.terms.retention),
            purpose_before: (terms.purpose != last.terms.purpose).then(|| last.terms.purpose.clone()),
            new_recipients: terms.recipients.iter().filter(new).cloned().collect(),
        }
    }

    /// Whether the shop asks for the same as the last time, on the same terms.
    #[must_use]
    pub fn is_nothing_new(&self) -> bool {
        let changed = self.shorter_before.is_some() || self.purpose_before.is_some();
        let more = !self.new_claims.is_empty() || !self.maybe_new.is_empty();
        let known = !more && self.new_recipients.is_empty() && self.moved.is_empty();
        self.times_sent > 0 && known && !changed
    }
}

/// Compares what would go with what the shop was sent last of the same.
pub(super) fn find_moved<'a>(asked: impl Iterator<Item = &'a Detail>, there: &[SentDetail]) -> Vec<Moved> {
    let mut moved: Vec<Moved> = Vec::new();
    for detail in asked {
        let group = Group::of(&detail.claim);
        // An address is what was last sent of any of its members: that of two times is not mixed.
        let Some(last) = there.iter().rev().find(|sent| group.holds(&sent.claim)) else { continue };
        let of_it = |sent: &&SentDetail| sent.answer == last.answer && sent.claim == detail.claim;
        let (Some(sent), Some(held)) = (there.iter().find(of_it), &detail.value) else { continue };
        if !sent.is(&held.value) && !moved.iter().any(|moved| moved.group == group) {
            moved.push(Moved { group, sends: held.label.clone(), had: sent.label.clone() });
        }
    }
    moved
}
