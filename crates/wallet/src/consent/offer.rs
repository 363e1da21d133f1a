//! Less instead of the whole: what a shop would also do with (docs/protocol.md sections 5.3 and 7).
//!
//! Never in here: a word that calls less a proof. It is the person's own word, like the whole.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::request::GradedClaims;

use super::Detail;
use crate::group::Group;
use crate::label::Label;

/// A detail, or an address, of which less would do. Its whole stands among the request's details too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The id of its query: what the protocol knows it by.
    pub(crate) query: String,
    /// What it is about.
    pub group: Group,
    /// Whether the shop cannot do without any of the ways.
    pub needed: bool,
    /// The ways to answer, of which exactly one goes: the whole first, each further one less, in the shop's order.
    pub ways: Vec<Way>,
}

/// One way to answer: these details, and nothing else of the same query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What goes, in the shop's order.
    pub details: Vec<Detail>,
}

impl Offer {
    /// What the wallet has for each way.
    pub(crate) fn of(graded: &GradedClaims, detail: impl Fn(&ClaimName) -> Detail) -> Option<Self> {
        let group = Group::of(graded.ways.all().next()?);
        let way = |set: &Vec<ClaimName>| Way { details: set.iter().map(&detail).collect() };
        let ways = graded.ways.sets.iter().map(way).collect();
        Some(Self { query: graded.query.clone(), group, needed: graded.ways.needed, ways })
    }

    /// The details of the whole.
    pub fn whole(&self) -> impl Iterator<Item = &Detail> {
        self.ways.first().into_iter().flat_map(|way| &way.details)
    }

    /// Every detail of every way; a member of an address once for each way that holds it.
    pub fn details(&self) -> impl Iterator<Item = &Detail> {
        self.ways.iter().flat_map(|way| &way.details)
    }

    /// The number of the way that consists of these details, in any order.
    #[must_use]
    pub fn find(&self, names: &[ClaimName]) -> Option<usize> {
        let same = |way: &Way| {
            way.details.len() == names.len() && way.details.iter().all(|detail| names.contains(&detail.claim))
        };
        self.ways.iter().position(same)
    }

    /// Whether it offers the same as another one, whatever the wallet has for it.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let names = |offer: &Self| {
            let names = |way: &Way| way.names().cloned().collect::<Vec<_>>();
            offer.ways.iter().map(names).collect::<Vec<_>>()
        };
        self.query == other.query && self.needed == other.needed && names(self) == names(other)
    }
}

impl Way {
    /// The names of what goes.
    pub fn names(&self) -> impl Iterator<Item = &ClaimName> {
        self.details.iter().map(|detail| &detail.claim)
    }

    /// What the shop would read: `true`, or `Ljubljana, Slovenia`. The values are those under a label, without one the
    /// default; none while one of them is missing.
    #[must_use]
    pub fn find_text(&self, label: Option<&Label>) -> Option<AttributeValue> {
        let values = self.details.iter().map(|detail| detail.find(label).map(|held| held.value.expose()));
        let values: Vec<&str> = values.collect::<Option<_>>()?;
        Some(AttributeValue::new(values.join(", ")))
    }

    /// Whether sending it needs the passphrase once more.
    #[must_use]
    pub fn is_sensitive(&self, label: Option<&Label>) -> bool {
        self.details.iter().filter_map(|detail| detail.find(label)).any(|held| held.sensitive)
    }
}
