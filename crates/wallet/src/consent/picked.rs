//! What a person picked from the cards, and the answer that it is.
//!
//! Never in here: a value from another label than the one that was picked for the card, where that label lacks it.

use std::collections::{BTreeMap, BTreeSet};

use passerby_protocol::claim::{AttributeValue, ClaimName};

use super::{Answer, Card, CardKind, ChoiceError, Line, Need, Optionals, Recipient, RequestView};
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
    /// What goes in place of saved values.
    pub typed: BTreeMap<ClaimName, Typed>,
    /// Not under the person's name at this shop, but under one for this answer alone.
    pub as_stranger: bool,
}

impl RequestView {
    /// The answer that was picked. Whatever goes is saved under the label that was picked for its card, or typed. A needed
    /// line goes whole or nothing goes; of a line of the person's own choice goes what there is, and something must be.
    pub fn answer(&self, picked: &Picked) -> Result<Answer, ChoiceError> {
        let cards = self.cards();
        ensure_offered(&cards, picked)?;
        let mut answer = Answer { as_stranger: picked.as_stranger, ..Answer::default() };
        let mut ticked = BTreeSet::new();
        for card in &cards {
            let recipient = find_recipient(card, picked)?;
            for line in &card.lines {
                if line.need == Need::Needed {
                    if let Some(missing) = take(line, recipient, picked, &mut answer).first() {
                        return Err(ChoiceError::Missing(missing.clone()));
                    }
                } else if picked.ticked.contains(&line.id) {
                    let missing = take(line, recipient, picked, &mut answer);
                    let there: Vec<_> = line.claims.iter().filter(|claim| !missing.contains(claim)).collect();
                    if let ([], [missing, ..]) = (there.as_slice(), missing.as_slice()) {
                        return Err(ChoiceError::Missing(missing.clone()));
                    }
                    ticked.extend(there.into_iter().cloned());
                }
            }
        }
        answer.optional = Optionals::Only(ticked);
        Ok(answer)
    }
}

/// Nothing that was picked may pass silently because the request does not have it.
fn ensure_offered(cards: &[Card], picked: &Picked) -> Result<(), ChoiceError> {
    let lines = || cards.iter().flat_map(|card| &card.lines);
    let is_asked = |claim: &ClaimName| lines().any(|line| line.claims.contains(claim));
    if let Some(claim) = picked.typed.keys().find(|claim| !is_asked(claim)) {
        return Err(ChoiceError::NotAsked(Group::of(claim)));
    }
    let is_line = |id: &String| lines().any(|line| line.id == *id);
    let is_card = |kind: &CardKind| cards.iter().any(|card| card.kind == *kind);
    if picked.ticked.iter().all(is_line) && picked.recipients.keys().all(is_card) {
        Ok(())
    } else {
        Err(ChoiceError::NotOnCards)
    }
}

fn find_recipient<'a>(card: &'a Card, picked: &Picked) -> Result<&'a Recipient, ChoiceError> {
    let found = match picked.recipients.get(&card.kind) {
        Some(label) => card.recipients.iter().find(|recipient| recipient.label == *label),
        None => card.recipients.first(),
    };
    found.ok_or(ChoiceError::NotOnCards)
}

/// Puts a line into the answer, and gives what of it is neither typed nor saved under the recipient's label.
fn take(line: &Line, recipient: &Recipient, picked: &Picked, answer: &mut Answer) -> Vec<ClaimName> {
    let mut missing = Vec::new();
    for claim in &line.claims {
        if let Some(typed) = picked.typed.get(claim) {
            answer.typed.insert(claim.clone(), typed.value.clone());
            if typed.keep {
                answer.keep.insert(claim.clone(), recipient.label.clone());
            }
        } else if recipient.values.get(claim).is_some_and(Option::is_some) {
            answer.uses.insert(Group::of(claim), recipient.label.clone());
        } else {
            missing.push(claim.clone());
        }
    }
    missing
}
