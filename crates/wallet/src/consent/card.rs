//! A request in cards, as people think of it: where it is brought to, where messages go, the invoice, the age.
//!
//! ```text
//! what is asked ──cards──▶ Card ── lines: what is ticked and goes as one
//!                          └──── recipients: whose values go, one label for the whole card
//! ```
//!
//! Never in here: a card with values of two people, and a line of the person's own choice that is ticked already.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::ClaimName;

use super::asked::Asked;
use super::usual::{FIRM, is_part_of_name, is_place};
use super::{Detail, Held};
use crate::group::Group;
use crate::label::Label;
use crate::sensitive::Sensitive;

/// What details of a card have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardKind {
    /// Who gets it, and where.
    DeliverTo,
    /// Where messages about it go.
    Messages,
    /// What stands on a bill.
    Invoice,
    /// How old somebody is.
    Age,
    /// Anything else.
    Other,
}

impl CardKind {
    /// All of them, in the order in which people read.
    pub const ALL: [Self; 5] = [Self::DeliverTo, Self::Messages, Self::Invoice, Self::Age, Self::Other];

    /// For machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::DeliverTo => "deliver-to",
            Self::Messages => "messages",
            Self::Invoice => "invoice",
            Self::Age => "age",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// On which card a detail stands; `delivered` and `billed` say what else is asked for.
    fn of(claim: &ClaimName, delivered: bool, billed: bool) -> Self {
        let name = claim.as_str();
        match name {
            _ if is_place(claim) => Self::DeliverTo,
            _ if FIRM.contains(&name) || name == "tax_id" => Self::Invoice,
            _ if is_part_of_name(claim) && delivered => Self::DeliverTo,
            _ if is_part_of_name(claim) && billed => Self::Invoice,
            "phone_number" if delivered => Self::DeliverTo,
            "phone_number" | "email" => Self::Messages,
            "birthdate" | "birth_date" | "birth_year" => Self::Age,
            _ if name.starts_with("age_") => Self::Age,
            _ => Self::Other,
        }
    }
}

/// Details that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What they have in common.
    pub kind: CardKind,
    /// Whose values can go: the default first, at least one. With nothing saved it is one of whom everything is missing.
    pub recipients: Vec<Recipient>,
    /// What is asked for.
    pub lines: Vec<Line>,
}

/// One of several people or places whose values can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Under which label they are saved. All that goes from this card is saved under it or typed on the spot.
    pub label: Label,
    /// What is saved, for each detail of the card; absent where nothing is.
    pub values: BTreeMap<ClaimName, Option<Held>>,
}

/// What is ticked, typed and sent as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What a choice calls it: `address`, or the name of its one detail.
    pub id: String,
    /// The details that go with it.
    pub claims: Vec<ClaimName>,
    /// Whether it goes in any case.
    pub need: Need,
    /// What people should notice.
    pub marks: Vec<Mark>,
    /// What is very personal about it.
    pub sensitive: Option<Sensitive>,
}

/// Whether a line goes in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The shop cannot do without it: it goes, or nothing does.
    Needed,
    /// It goes if it is ticked.
    YourChoice,
}

/// What people should notice about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// This shop has not asked for it before.
    NewThisTime,
    /// The shop had it before, and now wants to keep it longer.
    KeptLonger,
    /// Such a request does not usually ask for it.
    NotUsual,
}

impl Asked<'_> {
    /// In cards: [`super::RequestView::cards`].
    pub fn cards(self) -> Vec<Card> {
        let delivered = self.details().any(|detail| is_place(&detail.claim));
        let billed = self.details().any(|detail| FIRM.contains(&detail.claim.as_str()));
        let of = |kind| move |detail: &&Detail| CardKind::of(&detail.claim, delivered, billed) == kind;
        let card = |kind| {
            let needed: Vec<_> = self.needed.iter().filter(of(kind)).collect();
            let optional: Vec<_> = self.optional.iter().filter(of(kind)).collect();
            let lines = self.lines(&needed, &optional);
            let details: Vec<_> = needed.into_iter().chain(optional).collect();
            (!lines.is_empty()).then(|| Card { kind, recipients: recipients(&details), lines })
        };
        CardKind::ALL.into_iter().filter_map(card).collect()
    }

    fn lines(self, needed: &[&Detail], optional: &[&Detail]) -> Vec<Line> {
        let mut lines: Vec<(Line, Vec<&Detail>)> = Vec::new();
        for (need, details) in [(Need::Needed, needed), (Need::YourChoice, optional)] {
            for detail in details {
                let group = Group::of(&detail.claim);
                match lines.iter_mut().find(|(line, _)| line.id == group.as_str()) {
                    Some((line, of_line)) if line.need == need => {
                        line.claims.push(detail.claim.clone());
                        of_line.push(detail);
                    }
                    // What may be added to an address that goes in any case is ticked by its own name.
                    taken => {
                        let id = if taken.is_some() { detail.claim.as_str() } else { group.as_str() };
                        let claims = vec![detail.claim.clone()];
                        let (marks, id) = (Vec::new(), id.to_owned());
                        lines.push((Line { id, claims, need, marks, sensitive: None }, vec![detail]));
                    }
                }
            }
        }
        let finished = lines.into_iter().map(|(line, details)| {
            let marks = self.marks(&line.claims);
            Line { marks, sensitive: details.iter().find_map(|detail| find_sensitive(detail)), ..line }
        });
        finished.collect()
    }

    fn marks(self, claims: &[ClaimName]) -> Vec<Mark> {
        let Some(news) = self.news else { return Vec::new() };
        let kind = self.kind();
        let is_new = claims.iter().any(|claim| news.new_claims.contains(claim));
        let longer = !is_new && news.shorter_before.is_some();
        let unusual = claims.iter().any(|claim| !kind.is_usual(claim));
        let marks = [(is_new, Mark::NewThisTime), (longer, Mark::KeptLonger), (unusual, Mark::NotUsual)];
        marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark).collect()
    }
}

/// What is very personal about a detail: what its person says of a value that could go, or else what is usual.
fn find_sensitive(detail: &Detail) -> Option<Sensitive> {
    let usual = Sensitive::find(&detail.claim);
    let mut held = detail.held().peekable();
    if held.peek().is_none() || held.any(|held| held.sensitive) {
        usual.or_else(|| detail.held().any(|held| held.sensitive).then_some(Sensitive::Other))
    } else {
        None
    }
}

fn recipients(details: &[&Detail]) -> Vec<Recipient> {
    let labels: BTreeSet<_> =
        details.iter().flat_map(|detail| detail.held()).map(|held| held.label.clone()).collect();
    // The address says who it is for; without one the first detail that is saved does.
    let mut saved = details.iter().filter(|detail| detail.held().next().is_some());
    let default = saved.clone().find(|detail| is_place(&detail.claim)).or_else(|| saved.next());
    let default = default.map(|detail| detail.label.clone()).unwrap_or_default();
    let others = labels.into_iter().filter(|label| *label != default);
    let labels = std::iter::once(default.clone()).chain(others);
    let recipient = |label: Label| {
        let value = |detail: &&Detail| (detail.claim.clone(), detail.find(Some(&label)).cloned());
        let values = details.iter().map(value).collect();
        Recipient { label, values }
    };
    labels.map(recipient).collect()
}
