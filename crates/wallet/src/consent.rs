//! Step 3, consent: what a person must be told before they decide, and what they decided.
//!
//! Never in here: a default that says yes, and a word that calls a shop honest.

mod asked;
mod card;
mod choice;
mod news;
mod offer;
mod picked;
mod usual;

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::consent::Choice;
use passerby_protocol::request::Terms;
use passerby_protocol::sector::Sector;
use passerby_protocol::time::{DAY, Timestamp};
use passerby_protocol::verify::{Familiarity, VerifiedRequest};
use passerby_vault::RecordError;

use crate::bring_back::BroughtBack;
use crate::derived::{BIRTHDATE, Derived};
use crate::group::Group;
use crate::label::Label;
use crate::lookalike::Lookalike;
use crate::records::{AttributeRecord, RequestRecord};
use crate::relay_trouble::host_of;
use crate::saved::Saved;
use crate::stranger::REGULAR;
use crate::wallet::Wallet;

pub use card::{Card, CardKind, Line, Mark, Need, Recipient};
pub use choice::{Answer, ChoiceError, Going, Optionals};
pub(crate) use choice::{choose, going};
pub use news::{Moved, News};
pub use offer::{Offer, Way};
pub use picked::{Picked, Typed};
pub use usual::RequestKind;

/// A saved value that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What tells it apart from other values under the same name.
    pub label: Label,
    /// The value.
    pub value: AttributeValue,
    /// When it first was the value.
    pub since: Timestamp,
    /// Whether sending it needs the passphrase once more.
    pub sensitive: bool,
}

/// A detail that a shop asks for, and what the wallet has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Its name.
    pub claim: ClaimName,
    /// The label that goes unless another is named. Members of an address share it.
    pub label: Label,
    /// The value under that label; absent when none is saved there.
    pub value: Option<Held>,
    /// Values under other labels.
    pub others: Vec<Held>,
}

impl Detail {
    /// The value under a label; without one, the default.
    #[must_use]
    pub fn find(&self, label: Option<&Label>) -> Option<&Held> {
        match label {
            Some(label) if *label != self.label => self.others.iter().find(|held| held.label == *label),
            _ => self.value.as_ref(),
        }
    }

    /// All values that could go, the default one first.
    pub fn held(&self) -> impl Iterator<Item = &Held> {
        self.value.iter().chain(&self.others)
    }
}

/// A checked request as people see it.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// What to call it.
    pub number: u32,
    /// The proven web address.
    pub sector: Sector,
    /// What the eye may miss about it.
    pub lookalike: Lookalike,
    /// What the shop calls itself.
    pub name: String,
    /// Whether the shop is a program on this very computer.
    pub this_computer: bool,
    /// The relay server's host.
    pub relay: String,
    /// Since when this wallet knows the shop's keys; absent at first sight.
    pub known_since: Option<Timestamp>,
    /// The shop announced new main keys, and these are they.
    pub new_main_keys: bool,
    /// Details that the shop cannot do without.
    pub needed: Vec<Detail>,
    /// Details that are the person's choice.
    pub optional: Vec<Detail>,
    /// Where less would do: the whole stands among the details above, and exactly one way goes.
    pub offers: Vec<Offer>,
    /// Details that will not be sent: the shop never announced that it would ask for them.
    pub dropped: Vec<ClaimName>,
    /// On which terms.
    pub terms: Terms,
    /// Until when the shop promises to have deleted it, if the answer is given now.
    pub kept_until: Timestamp,
    /// The shop's privacy policy.
    pub policy_uri: String,
    /// The last moment for an answer.
    pub answer_by: Timestamp,
    /// After a restore from the words: what the relay server still had about this shop.
    pub brought_back: Option<BroughtBack>,
    /// The person's name at this shop: the pseudonym that it was last answered under, if it was. It sees no other unless it
    /// is answered as a stranger.
    pub known_as: Option<String>,
    /// How often something was sent under that name: the orders that the shop knows to be of one person.
    pub times_known: usize,
    /// As whom it can be answered.
    pub names: Names,
    /// What is different from the times before.
    pub news: News,
}

/// As whom a request can be answered: both, until an answer was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Under the person's name at this shop, or as a stranger.
    Either,
    /// Under the person's name at this shop: the relay server saw that already.
    Regular,
    /// As a stranger: the relay server saw that already. The 24 words do not bring back what is given so.
    Stranger,
}

impl RequestView {
    /// The sentence about what was checked, and what was not.
    #[must_use]
    pub fn checked(&self) -> String {
        format!("Checked: this request comes from {}. Not checked: whether the shop is honest.", self.sector)
    }

    /// Needed details without a value.
    pub fn missing(&self) -> impl Iterator<Item = &ClaimName> {
        self.needed.iter().filter(|detail| detail.value.is_none()).map(|detail| &detail.claim)
    }

    /// Whether another view offers the person the very same choice.
    pub(crate) fn offers_the_same(&self, other: &Self) -> bool {
        let names =
            |details: &[Detail]| details.iter().map(|detail| detail.claim.clone()).collect::<Vec<_>>();
        self.sector == other.sector
            && self.terms == other.terms
            && names(&self.needed) == names(&other.needed)
            && names(&self.optional) == names(&other.optional)
            && self.offers.len() == other.offers.len()
            && self.offers.iter().zip(&other.offers).all(|(one, other)| one.is_like(other))
    }

    /// Exactly what goes with this answer, with the values that this view shows: every needed detail, and the ticked
    /// optional ones; where less would do, the way that was chosen. What has no value is not among them.
    pub fn going(&self, answer: &Answer) -> Result<Vec<Going>, ChoiceError> {
        going(&self.needed, &self.optional, &self.offers, answer)
    }

    /// The details that would go with this answer and have no value.
    pub fn lacking(&self, answer: &Answer) -> Result<Vec<&Detail>, ChoiceError> {
        choice::lacking(&self.needed, &self.optional, &self.offers, answer)
    }

    /// Where less would do for this.
    #[must_use]
    pub fn find_offer(&self, group: &Group) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.group == *group)
    }

    /// The sensitive ones of what goes.
    pub fn sensitive(&self, answer: &Answer) -> Result<Vec<ClaimName>, ChoiceError> {
        let sensitive = self.going(answer)?.into_iter().filter(|going| going.sensitive);
        Ok(sensitive.map(|going| going.claim).collect())
    }

    /// Every detail that is asked for.
    pub fn asked(&self) -> impl Iterator<Item = &Detail> + Clone {
        self.needed.iter().chain(&self.optional)
    }

    /// The choice that the protocol seals.
    pub(crate) fn choice(&self, answer: &Answer) -> Result<Choice, ChoiceError> {
        choose(&self.needed, &self.optional, &self.offers, answer)
    }
}

impl Saved {
    /// What there is for a detail that is asked for: what is saved, or follows at `now` from what is saved.
    pub(crate) fn detail(&self, claim: &ClaimName, now: Timestamp) -> Detail {
        let held = |record: &AttributeRecord| Held {
            label: record.label.clone(),
            value: record.value(),
            since: record.since(),
            sensitive: record.is_sensitive(),
        };
        let label = self.find_default(&Group::of(claim)).cloned().unwrap_or_default();
        let mut all: Vec<Held> = self.derived(claim, now).collect();
        // What was typed long ago must not stand against a birth date that says otherwise today.
        for (_, record) in self.iter().filter(|(_, record)| record.claim == *claim) {
            if all.iter().all(|known| known.label != record.label) {
                all.push(held(record));
            }
        }
        let (default, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|held| held.label == label);
        Detail { claim: claim.clone(), label, value: default.into_iter().next(), others }
    }

    /// What follows from saved birth dates for a claim, if it is one that does.
    fn derived(&self, claim: &ClaimName, now: Timestamp) -> impl Iterator<Item = Held> {
        let derived = Derived::find(claim);
        let records = self.iter().map(|(_, record)| record);
        records.filter(|record| record.claim.as_str() == BIRTHDATE).filter_map(move |record| {
            let derived = derived?;
            let value = derived.derive(&record.value(), now)?;
            let sensitive = derived.is_as_sensitive() && record.is_sensitive();
            let (label, since) = (record.label.clone(), record.changed);
            Some(Held { label, value, since, sensitive })
        })
    }
}

impl Wallet {
    /// What to show for a checked request.
    pub(crate) async fn view(
        &self,
        record: &RequestRecord,
        request: &VerifiedRequest,
    ) -> Result<RequestView, RecordError> {
        let saved = self.saved().await?;
        let now = self.now();
        let detail = |claim: &ClaimName| saved.detail(claim, now);
        let earlier = self.grants_at(request.sector()).await?;
        let sent: Vec<_> = earlier.into_iter().filter(|grant| grant.was_given_before(record)).collect();
        let as_regular = || sent.iter().filter(|grant| grant.key_number == REGULAR);
        let first_look = record.familiarity.unwrap_or(request.familiarity());
        let (known_since, new_main_keys) = match first_look {
            Familiarity::Known { since } => (Some(since), false),
            Familiarity::AnnouncedNewRoot { since } => (Some(since), true),
            Familiarity::FirstTime => (None, false),
        };
        let offers: Vec<_> = request.graded().iter().filter_map(|graded| Offer::of(graded, detail)).collect();
        let whole = |needed: bool| {
            let those = offers.iter().filter(move |offer| offer.needed == needed);
            those.flat_map(Offer::whole).cloned()
        };
        let needed: Vec<_> = request.required().iter().map(detail).chain(whole(true)).collect();
        let optional = request.optional().iter().map(|optional| detail(&optional.claim));
        let optional: Vec<_> = optional.chain(whole(false)).collect();
        let asked = || needed.iter().chain(&optional);
        let mut news = News::since(&sent, asked(), request.terms());
        let mut there = self.sent_details(&saved).await?;
        there.retain(|sent| sent.host == *request.sector() && !sent.ended);
        news.moved = news::find_moved(asked(), &there);
        Ok(RequestView {
            number: record.number,
            sector: request.sector().clone(),
            lookalike: self.find_lookalike(request.sector()).await?,
            name: request.statement().name.clone(),
            this_computer: request.sector().is_development(),
            relay: host_of(request.relay()).to_owned(),
            known_since,
            new_main_keys,
            needed,
            optional,
            offers,
            dropped: request.dropped().to_vec(),
            terms: request.terms().clone(),
            kept_until: kept_until(request.terms(), now),
            policy_uri: request.statement().policy_uri.clone(),
            answer_by: request.response_by(),
            brought_back: record.brought_back,
            known_as: as_regular().next_back().map(|grant| grant.user_ref.clone()),
            times_known: as_regular().count(),
            names: match record.find_begun() {
                None => Names::Either,
                Some(REGULAR) => Names::Regular,
                Some(_) => Names::Stranger,
            },
            news,
        })
    }
}

/// Until when a shop that is answered at `now` may keep it.
pub(crate) fn kept_until(terms: &Terms, now: Timestamp) -> Timestamp {
    now + i64::from(terms.retention) * DAY
}
