//! What a person picked from the cards, and the answer that it is.
//!
//! Never in here: a value from another label than the one that was picked for the card, where that label lacks it.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};

use super::asked::Asked;
use super::{Answer, Card, CardKind, ChoiceError, Line, Need, Optionals, Recipient, Way};
use crate::group::Group;
use crate::label::Label;

/// A value typed on the spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The value.
    pub value: AttributeValue,
    /// Whether it is also saved, under the label that was picked for its card, before it is sent.
    pub keep: bool,
}

/// What a person picked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picked {
    /// Whose values go, by card; the first recipient of a card that is not in here.
    pub recipients: BTreeMap<CardKind, Label>,
    /// The lines of their own choice that go, by [`Line::id`].
    pub ticked: BTreeSet<String>,
    /// Where less would do: which way goes, by [`Line::id`], counted as [`super::Offer::ways`] are. The whole otherwise.
    pub less: BTreeMap<String, usize>,
    /// What goes in place of saved values.
    pub typed: BTreeMap<ClaimName, Typed>,
    /// Not under the person's name at this shop, but under one for this answer alone.
    pub as_stranger: bool,
}

impl<'a> Asked<'a> {
    /// The answer that was picked: [`super::RequestView::answer`].
    pub fn answer(self, picked: &Picked) -> Result<Answer, ChoiceError> {
        let cards = self.cards();
        self.ensure_offered(&cards, picked)?;
        let mut answer = Answer { as_stranger: picked.as_stranger, ..Answer::default() };
        let mut ticked = BTreeSet::new();
        for card in &cards {
            let recipient = find_recipient(card, picked)?;
            for line in &card.lines {
                if line.need == Need::YourChoice && !picked.ticked.contains(&line.id) {
                    continue;
                }
                let less = self.find_less(line, picked)?;
                let claims =
                    less.map_or_else(|| line.claims.clone(), |(_, way)| way.names().cloned().collect());
                let way = less.map(|(_, way)| way);
                let missing = take(&claims, way, recipient, picked, &mut answer);
                let there: Vec<_> = claims.iter().filter(|claim| !missing.contains(claim)).cloned().collect();
                // Where less would do, exactly one way goes, and that whole.
                let whole = line.need == Need::Needed || self.has_ways(line);
                if let Some(missing) = missing.first().filter(|_| whole || there.is_empty()) {
                    return Err(ChoiceError::Missing(missing.clone()));
                }
                if let Some((number, _)) = less {
                    answer.less.insert(Group::of(&claims[0]), number);
                }
                if line.need == Need::YourChoice {
                    ticked.extend(there);
                }
            }
        }
        answer.optional = Optionals::Only(ticked);
        Ok(answer)
    }

    /// The way that was picked for a line, where less would do.
    fn find_less(self, line: &Line, picked: &Picked) -> Result<Option<(usize, &'a Way)>, ChoiceError> {
        let Some(&number) = picked.less.get(&line.id) else { return Ok(None) };
        let offer = self.offers.iter().find(|offer| offer.group.as_str() == line.id);
        let way = offer.and_then(|offer| offer.ways.get(number)).filter(|way| !way.details.is_empty());
        way.map(|way| Some((number, way))).ok_or(ChoiceError::NotOnCards)
    }

    fn has_ways(self, line: &Line) -> bool {
        self.offers.iter().any(|offer| offer.group.as_str() == line.id)
    }

    /// Nothing that was picked may pass silently because the request does not have it.
    fn ensure_offered(self, cards: &[Card], picked: &Picked) -> Result<(), ChoiceError> {
        let lines = || cards.iter().flat_map(|card| &card.lines);
        let instead = || self.offers.iter().flat_map(super::Offer::details);
        let is_asked = |claim: &ClaimName| {
            lines().any(|line| line.claims.contains(claim)) || instead().any(|detail| detail.claim == *claim)
        };
        if let Some(claim) = picked.typed.keys().find(|claim| !is_asked(claim)) {
            return Err(ChoiceError::NotAsked(Group::of(claim)));
        }
        let is_line = |id: &String| lines().any(|line| line.id == *id);
        let is_card = |kind: &CardKind| cards.iter().any(|card| card.kind == *kind);
        if picked.ticked.iter().chain(picked.less.keys()).all(is_line)
            && picked.recipients.keys().all(is_card)
        {
            Ok(())
        } else {
            Err(ChoiceError::NotOnCards)
        }
    }
}

fn find_recipient<'a>(card: &'a Card, picked: &Picked) -> Result<&'a Recipient, ChoiceError> {
    let found = match picked.recipients.get(&card.kind) {
        Some(label) => card.recipients.iter().find(|recipient| recipient.label == *label),
        None => card.recipients.first(),
    };
    found.ok_or(ChoiceError::NotOnCards)
}

/// Puts details into the answer, and gives what of them is neither typed nor saved under the recipient's label, nor follows from
/// what is.
fn take(
    claims: &[ClaimName],
    way: Option<&Way>,
    recipient: &Recipient,
    picked: &Picked,
    answer: &mut Answer,
) -> Vec<ClaimName> {
    let details = || way.iter().flat_map(|way| &way.details);
    let follows = |claim: &ClaimName| {
        details().any(|detail| detail.claim == *claim && detail.find(Some(&recipient.label)).is_some())
    };
    let mut missing = Vec::new();
    for claim in claims {
        if let Some(typed) = picked.typed.get(claim) {
            answer.typed.insert(claim.clone(), typed.value.clone());
            if typed.keep {
                answer.keep.insert(claim.clone(), recipient.label.clone());
            }
        } else if recipient.values.get(claim).is_some_and(Option::is_some) || follows(claim) {
            answer.uses.insert(Group::of(claim), recipient.label.clone());
        } else {
            missing.push(claim.clone());
        }
    }
    missing
}
