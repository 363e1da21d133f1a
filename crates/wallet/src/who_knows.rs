//! Who was sent what is saved here: the present value of a detail, or one that has changed since.
//!
//! A grant holds no values. It says under which label each detail was saved and since when it was the value, and the
//! vault's own history says which value that was.
//!
//! Never in here: a word that somebody has forgotten something. That a shop promised to delete it is all that is known.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::sector::Sector;
use passerby_protocol::time::Timestamp;
use passerby_vault::RecordError;

use crate::consent::Going;
use crate::group::Group;
use crate::label::Label;
use crate::records::{
    AttributeRecord, ForeignRequestRecord, GrantRecord, GrantState, RequestState, Source, Sources,
};
use crate::saved::Saved;
use crate::wallet::Wallet;

/// A detail that somebody was sent, or may have been.
pub(crate) struct SentDetail {
    pub host: Sector,
    pub claim: ClaimName,
    /// Under which label it was saved.
    pub label: Label,
    pub given: Timestamp,
    /// The number of the answer that it was a part of.
    pub answer: usize,
    /// Whether the shop promised to have deleted it by now.
    pub ended: bool,
    /// What was sent, as far as it is remembered.
    value: Option<AttributeValue>,
}

impl SentDetail {
    /// Whether that is the very value that was sent.
    pub fn is(&self, value: &AttributeValue) -> bool {
        self.value.as_ref() == Some(value)
    }
}

/// Who was sent the value of one record, and who has a former one.
#[derive(Default)]
pub(crate) struct Knowers {
    pub known_to: Vec<Sector>,
    pub outdated_at: Vec<Sector>,
}

impl Knowers {
    pub fn of(record: &AttributeRecord, sent: &[SentDetail]) -> Self {
        let value = record.value();
        let of_record = |sent: &&SentDetail| sent.claim == record.claim && sent.label == record.label;
        let (same, former): (Vec<_>, Vec<_>) =
            sent.iter().filter(of_record).partition(|sent| sent.is(&value));
        let known_to: BTreeSet<_> = same.into_iter().map(|sent| &sent.host).collect();
        let outdated = former.into_iter().filter(|sent| !sent.ended).map(|sent| &sent.host);
        let outdated_at: BTreeSet<_> = outdated.filter(|host| !known_to.contains(host)).collect();
        let owned = |hosts: BTreeSet<&Sector>| hosts.into_iter().cloned().collect();
        Self { known_to: owned(known_to), outdated_at: owned(outdated_at) }
    }
}

impl Wallet {
    /// Everything that left this wallet and is saved in it, oldest first. What was typed for one order only is not in here.
    pub(crate) async fn sent_details(&self, saved: &Saved) -> Result<Vec<SentDetail>, RecordError> {
        let now = self.now();
        let mut sent = Vec::new();
        for (_, grant) in self.vault().list::<GrantRecord>().await? {
            if grant.state != GrantState::NotTaken {
                let ended = grant.kept_until.has_ended(now);
                let about = About { host: &grant.sector, given: grant.given, ended, answer: sent.len() };
                sent.extend(about.details(saved, &grant.claims, grant.sources.as_ref()));
            }
        }
        for (_, record) in self.vault().list::<ForeignRequestRecord>().await? {
            let left =
                matches!(record.state, RequestState::Sending | RequestState::Sent | RequestState::Unclear);
            if let (true, Some(host), Some(answer)) = (left, &record.host, &record.answer) {
                // It named no end.
                let about = About { host, given: answer.given, ended: false, answer: sent.len() };
                sent.extend(about.details(saved, &answer.claims, answer.sources.as_ref()));
            }
        }
        sent.sort_by_key(|sent| sent.given);
        Ok(sent)
    }
}

/// The details that a shop was sent and has an outdated value of, by name.
pub(crate) fn find_outdated(sector: &Sector, saved: &Saved, sent: &[SentDetail]) -> Vec<ClaimName> {
    let records = saved.iter().map(|(_, record)| record);
    let outdated = records.filter(|record| Knowers::of(record, sent).outdated_at.contains(sector));
    outdated.map(|record| record.claim.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What all details of an answer have in common.
struct About<'a> {
    host: &'a Sector,
    given: Timestamp,
    ended: bool,
    answer: usize,
}

impl About<'_> {
    fn details(&self, saved: &Saved, claims: &[ClaimName], sources: Option<&Sources>) -> Vec<SentDetail> {
        let Self { host, given, ended, answer } = *self;
        let detail = |claim: &ClaimName| {
            let (label, value) = if let Some(sources) = sources {
                let Source { label, since } = sources.get(claim)?;
                let record = saved.find(claim, label);
                (label.clone(), record.and_then(|(_, record)| record.find_since(*since)))
            } else {
                // Written before sources were: the default of that time is taken to be the one of now.
                let label = saved.find_default(&Group::of(claim))?;
                let (_, record) = saved.find(claim, label)?;
                (label.clone(), Some(record.find_at(given)?))
            };
            Some(SentDetail { host: host.clone(), claim: claim.clone(), label, given, answer, ended, value })
        };
        claims.iter().filter_map(detail).collect()
    }
}

/// Where what goes is saved. What was typed is under the label it is kept under, if it is kept, and new at this moment
/// unless it says the same as before.
pub(crate) fn sources_of(
    going: &[Going],
    keep: &BTreeMap<ClaimName, Label>,
    saved: &Saved,
    now: Timestamp,
) -> Sources {
    let source = |going: &Going| match (&going.label, going.since, keep.get(&going.claim)) {
        (Some(label), Some(since), _) => Some(Source { label: label.clone(), since }),
        (_, _, Some(label)) => {
            let known = saved.find(&going.claim, label).filter(|(_, record)| record.value() == going.value);
            let since = known.map_or(now, |(_, record)| record.since());
            Some(Source { label: label.clone(), since })
        }
        _ => None,
    };
    going.iter().filter_map(|going| Some((going.claim.clone(), source(going)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(name: &str) -> ClaimName {
        ClaimName::parse(name).unwrap()
    }

    #[test]
    fn grants_of_older_programs_count_for_the_default_of_their_time() {
        let (at, value) = (Timestamp::from_seconds, |text: &str| AttributeValue::new(text.to_owned()));
        let mut email = AttributeRecord::new(claim("email"), Label::PLAIN, &value("old"), at(100));
        email.replace(&value("new"), at(200));
        let work =
            AttributeRecord::new(claim("email"), Label::parse("work").unwrap(), &value("work"), at(50));
        let saved = Saved::of([email.clone(), work.clone()]);
        let host = Sector::parse("shoes.example").unwrap();
        let knows = |given, record: &AttributeRecord| {
            let sent = About { host: &host, given: at(given), ended: false, answer: 0 }.details(
                &saved,
                &[claim("email"), claim("name")],
                None,
            );
            let Knowers { known_to, outdated_at } = Knowers::of(record, &sent);
            (known_to.len(), outdated_at.len())
        };
        assert_eq!((knows(250, &email), knows(150, &email)), ((1, 0), (0, 1)));
        assert_eq!(knows(99, &email), (0, 0), "nothing is known of that time");
        assert_eq!(knows(250, &work), (0, 0));
    }
}
