//! What a person says to a request: which details go, which of several values, and what was typed on the spot.
//!
//! Never in here: a value that the person was not shown, or a name that passes silently because nothing fits it.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::time::Timestamp;

use super::{Detail, Offer, Way};
use crate::confirm::PassphraseConfirmed;
use crate::group::Group;
use crate::label::Label;
use crate::trouble::Trouble;

/// Which of the optional details go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Optionals {
    /// None.
    #[default]
    None,
    /// All that have a value.
    All,
    /// These.
    Only(BTreeSet<ClaimName>),
}

/// What a person says to a request: yes, with these optional details, these of several values, and with these values
/// typed on the spot.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Which of the optional details go.
    pub optional: Optionals,
    /// Values that go in place of the saved ones, for this order only.
    pub typed: BTreeMap<ClaimName, AttributeValue>,
    /// Which value goes where there are several: the default when its name is not in here. An address goes whole, so
    /// what its label does not have is missing, and never taken from another address.
    pub uses: BTreeMap<Group, Label>,
    /// Which of the typed values are also saved, and under which label: in the same write as the answer, so that nothing goes
    /// that was to be kept and is not.
    pub keep: BTreeMap<ClaimName, Label>,
    /// Not under the person's name at this shop, but under one for this answer alone.
    pub as_stranger: bool,
    /// Where less would do: which way goes, counted from 0, the whole, which goes when the name is not in here. Naming an
    /// optional one in here chooses it.
    pub less: BTreeMap<Group, usize>,
    /// That the passphrase was typed for this request: needed when a saved value that goes is sensitive.
    pub confirmed: Option<PassphraseConfirmed>,
}

/// An answer names a value that the request's view does not offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The shop did not ask for it.
    #[error("The shop did not ask for {0}.")]
    NotAsked(Group),
    /// The shop does not say that less would do, or not that way.
    #[error("The shop does not take less for {0}, or not that.")]
    NoSuchWay(Group),
    /// Of a way to answer only a part was named.
    #[error("{0} goes as one: all its details that were chosen, or none.")]
    Partly(Group),
    /// Nothing that was asked for is saved under this label.
    #[error("Nothing is saved for {0} under this label: {1}.")]
    NoSuchLabel(Group, Label),
    /// It has to go, and is neither typed nor saved under the label that was picked.
    #[error("{0} is to be sent, and you have not saved it there yet.")]
    Missing(ClaimName),
    /// A line, a card or a recipient was picked that the request's cards do not have.
    #[error("Something was picked that this request does not ask for.")]
    NotOnCards,
}

impl Trouble for ChoiceError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAsked(_) => "not-asked-for",
            Self::NoSuchWay(_) => "no-such-way",
            Self::Partly(_) => "named-partly",
            Self::NoSuchLabel(..) => "no-such-label",
            Self::Missing(_) => "value-missing",
            Self::NotOnCards => "not-on-cards",
        }
    }

    fn next_step(&self) -> &'static str {
        match self {
            Self::NotAsked(_) => "Name only details that the request lists.",
            Self::NoSuchWay(_) | Self::Partly(_) => "`passerby open` lists the ways.",
            Self::NoSuchLabel(..) => "`passerby show` lists the labels.",
            Self::Missing(_) => "Type it, or pick somebody for whom it is saved.",
            Self::NotOnCards => "Look again.",
        }
    }
}

/// One detail that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// Its name.
    pub claim: ClaimName,
    /// What goes.
    pub value: AttributeValue,
    /// Under which label it is saved; absent when it was typed on the spot.
    pub label: Option<Label>,
    /// When it first was the value there; absent when it was typed on the spot.
    pub since: Option<Timestamp>,
    /// Whether it is a saved value that is sensitive.
    pub sensitive: bool,
}

/// Exactly what goes of these details with this answer: [`super::RequestView::going`].
pub(crate) fn going(
    needed: &[Detail],
    optional: &[Detail],
    offers: &[Offer],
    answer: &Answer,
) -> Result<Vec<Going>, ChoiceError> {
    let chosen = chosen(needed, optional, offers, answer)?;
    Ok(chosen.into_iter().filter_map(|detail| answer.find_value(detail)).collect())
}

/// What of it has no value: [`super::RequestView::lacking`].
pub(crate) fn lacking<'a>(
    needed: &'a [Detail],
    optional: &'a [Detail],
    offers: &'a [Offer],
    answer: &Answer,
) -> Result<Vec<&'a Detail>, ChoiceError> {
    let chosen = chosen(needed, optional, offers, answer)?;
    Ok(chosen.into_iter().filter(|detail| answer.find_value(detail).is_none()).collect())
}

/// The details that go with this answer, with a value or without.
fn chosen<'a>(
    needed: &'a [Detail],
    optional: &'a [Detail],
    offers: &'a [Offer],
    answer: &Answer,
) -> Result<Vec<&'a Detail>, ChoiceError> {
    let offered = || offers.iter().flat_map(Offer::details);
    for (group, label) in &answer.uses {
        let asked = needed.iter().chain(optional).chain(offered());
        let mut asked = asked.filter(|detail| group.holds(&detail.claim)).peekable();
        if asked.peek().is_none() {
            return Err(ChoiceError::NotAsked(group.clone()));
        }
        if !asked.any(|detail| detail.find(Some(label)).is_some()) {
            return Err(ChoiceError::NoSuchLabel(group.clone(), label.clone()));
        }
    }
    for (group, way) in &answer.less {
        let offer = offers.iter().find(|offer| offer.group == *group);
        if offer.is_none_or(|offer| *way >= offer.ways.len()) {
            return Err(ChoiceError::NoSuchWay(group.clone()));
        }
    }
    let plain = |detail: &&Detail| offers.iter().all(|offer| !offer.group.holds(&detail.claim));
    let ticked = optional.iter().filter(|detail| answer.optional.has(&detail.claim));
    let mut chosen: Vec<_> = needed.iter().chain(ticked).filter(plain).collect();
    for offer in offers {
        if let Some((_, way)) = answer.find_way(offer)? {
            chosen.extend(&way.details);
        }
    }
    Ok(chosen)
}

/// The choice that the protocol seals: what [`going`] says, and what was ticked.
pub(crate) fn choose(
    needed: &[Detail],
    optional: &[Detail],
    offers: &[Offer],
    answer: &Answer,
) -> Result<Choice, ChoiceError> {
    let mut choice = Choice::default();
    for offer in offers {
        if let Some((way, _)) = answer.find_way(offer)? {
            choice.graded.insert(offer.query.clone(), way);
        }
    }
    for going in going(needed, optional, offers, answer)? {
        if optional.iter().any(|detail| detail.claim == going.claim) {
            choice.ticked.insert(going.claim.clone());
        }
        choice.values.insert(going.claim, going.value);
    }
    // A name that was not offered, or has no value, must not pass silently: the protocol refuses it.
    if let Optionals::Only(names) = &answer.optional {
        let is_needed = |name: &&ClaimName| needed.iter().any(|detail| detail.claim == **name);
        choice.ticked.extend(names.iter().filter(|name| !is_needed(name)).cloned());
    }
    Ok(choice)
}

impl Optionals {
    fn has(&self, claim: &ClaimName) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(names) => names.contains(claim),
        }
    }
}

impl Answer {
    /// Which way of an offer goes, if any.
    fn find_way<'a>(&self, offer: &'a Offer) -> Result<Option<(usize, &'a Way)>, ChoiceError> {
        let chosen = self.less.get(&offer.group).copied();
        let number = chosen.unwrap_or(0);
        let way = offer.ways.get(number).ok_or_else(|| ChoiceError::NoSuchWay(offer.group.clone()))?;
        let goes = match &self.optional {
            _ if offer.needed || chosen.is_some() => true,
            Optionals::None => false,
            Optionals::All => way.details.iter().all(|detail| self.find_value(detail).is_some()),
            Optionals::Only(names) => offer.details().any(|detail| names.contains(&detail.claim)),
        };
        // Whoever names the country alone must not find that the street went along.
        if let Optionals::Only(names) = &self.optional {
            let own: BTreeSet<_> =
                offer.details().map(|detail| &detail.claim).filter(|claim| names.contains(claim)).collect();
            if !own.is_empty() && own != way.names().collect() {
                return Err(ChoiceError::Partly(offer.group.clone()));
            }
        }
        Ok(goes.then_some((number, way)))
    }

    fn find_value(&self, detail: &Detail) -> Option<Going> {
        let claim = detail.claim.clone();
        if let Some(value) = self.typed.get(&claim) {
            let (value, label, since) = (value.clone(), None, None);
            return Some(Going { claim, value, label, since, sensitive: false });
        }
        let held = detail.find(self.uses.get(&Group::of(&claim)))?;
        let (value, label) = (held.value.clone(), Some(held.label.clone()));
        Some(Going { claim, value, label, since: Some(held.since), sensitive: held.sensitive })
    }
}
