//! From the wallet's view of a request to the window's.

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::find_friendly_name;
use passerby_wallet::consent::{Card, CardKind, Line, Mark, Need, Recipient, RequestKind};
use passerby_wallet::{BroughtBack, Held, Names, Offer, RequestView, Resembled, Sensitive, Way};

use super::{
    BroughtBackWord, CardKindWord, CardView, CoarserAnswer, CoarserView, CoarserWord, ConsentView,
    FamiliarityView, LineView, MarkWord, MovedView, NamesWord, NeedWord, NewsView, OtherShop, RecipientView,
    SensitiveWord, TermsKind, TermsView, ValueView, VisibleView,
};
use crate::open_wallet::Asking;
use crate::views::moment::Moment;

const DAY: i64 = 86_400;

impl ConsentView {
    /// What is shown of a request, as this revision of it.
    pub fn of(asking: &Asking, revision: u32) -> Self {
        match asking {
            Asking::Shop(view) => Self::of_shop(view, revision),
            Asking::Foreign(view) => Self::of_foreign(view, revision),
        }
    }

    fn of_shop(view: &RequestView, revision: u32) -> Self {
        let unusual = view.unusual().next().is_some();
        let usual = || view.kind().usual().iter().map(|&name| name.to_owned()).collect();
        Self {
            request: view.number,
            revision,
            host: view.sector.to_string(),
            lookalike: view.lookalike.written_out.clone(),
            not_other: view.lookalike.resembles.as_ref().map(OtherShop::from),
            trade_name: view.name.clone(),
            this_computer: view.this_computer,
            new_main_keys: view.new_main_keys,
            brought_back: view.brought_back.map(|brought| match brought {
                BroughtBack::Copy { .. } => BroughtBackWord::Copy,
                _ => BroughtBackWord::None,
            }),
            familiarity: familiarity(view),
            news: news(view),
            cards: view.cards().iter().map(|card| show_card(&view.offers, card)).collect(),
            dropped: view.dropped.iter().map(ToString::to_string).collect(),
            usual: unusual.then(usual),
            terms: TermsView {
                kind: view.kind().into(),
                purpose: view.terms.purpose.clone(),
                kept_until: Some(view.kept_until.into()),
                recipients: view.terms.recipients.clone(),
            },
            visible: VisibleView { pseudonym: view.known_as.as_deref().and_then(find_friendly_name) },
            foreign: false,
            names: view.names.into(),
            relay: Some(view.relay.clone()),
            has_policy: !view.policy_uri.is_empty(),
            answer_by: view.answer_by.into(),
        }
    }
}

fn familiarity(view: &RequestView) -> FamiliarityView {
    view.known_since.map_or(FamiliarityView::FirstTime, |since| FamiliarityView::Known {
        since: since.into(),
        pseudonym: view.known_as.as_deref().and_then(find_friendly_name),
        orders: u32::try_from(view.times_known).unwrap_or(u32::MAX),
        last_sent: view.news.last_sent.map(Moment::from),
    })
}

fn news(view: &RequestView) -> NewsView {
    let before = view.news.last_sent.zip(view.news.shorter_before);
    NewsView {
        purpose_before: view.news.purpose_before.clone(),
        kept_until_before: before.map(|(sent, days)| Moment::from(sent + i64::from(days) * DAY)),
        new_recipients: view.news.new_recipients.clone(),
        maybe_more: !view.news.maybe_new.is_empty(),
        moved: view.news.moved.first().map(|moved| MovedView {
            sends: moved.sends.as_str().to_owned(),
            shop_has: moved.had.as_str().to_owned(),
        }),
    }
}

pub(super) fn show_card(offers: &[Offer], card: &Card) -> CardView {
    let line = |line: &Line| {
        let offer = offers.iter().find(|offer| offer.group.as_str() == line.id);
        let coarser = offer.map(|offer| coarser(offer, &card.recipients)).unwrap_or_default();
        LineView { coarser, ..LineView::from(line) }
    };
    CardView {
        kind: card.kind.into(),
        recipients: card.recipients.iter().map(RecipientView::from).collect(),
        lines: card.lines.iter().map(line).collect(),
    }
}

/// The ways to answer with less, the least first.
fn coarser(offer: &Offer, recipients: &[Recipient]) -> Vec<CoarserView> {
    let ways = offer.ways.iter().enumerate().skip(1).rev();
    let view = |(number, way): (usize, &Way)| CoarserView {
        id: number.to_string(),
        kind: word_of(way),
        claims: way.names().map(ToString::to_string).collect(),
        answers: recipients
            .iter()
            .filter_map(|recipient| {
                let label = Some(&recipient.label);
                let text = way.find_text(label)?.expose().to_owned();
                Some((label?.as_str().to_owned(), CoarserAnswer { text, sensitive: way.is_sensitive(label) }))
            })
            .collect(),
    };
    ways.map(view).collect()
}

fn word_of(way: &Way) -> CoarserWord {
    let names: Vec<_> = way.names().map(ClaimName::as_str).collect();
    match names.as_slice() {
        ["age_over_18"] => CoarserWord::Over18,
        ["birth_year"] => CoarserWord::BirthYear,
        ["address.country"] => CoarserWord::Country,
        ["address.locality"] | ["address.locality", "address.country"] => CoarserWord::City,
        _ => CoarserWord::Part,
    }
}

impl From<&Resembled> for OtherShop {
    fn from(other: &Resembled) -> Self {
        Self { host: other.sector.to_string(), since: other.since.into() }
    }
}

impl From<Names> for NamesWord {
    fn from(names: Names) -> Self {
        match names {
            Names::Either => Self::Either,
            // An answer that was begun under one name goes on under it, or the relay could match the two.
            Names::Regular => Self::Regular,
            Names::Stranger => Self::Stranger,
        }
    }
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> Self {
        let values = recipient.values.iter();
        Self {
            id: recipient.label.as_str().to_owned(),
            label: recipient.label.as_str().to_owned(),
            values: values.map(|(claim, held)| (claim.to_string(), held.as_ref().into())).collect(),
        }
    }
}

impl From<Option<&Held>> for ValueView {
    fn from(held: Option<&Held>) -> Self {
        match held {
            None => Self::Missing,
            Some(held) if held.sensitive => Self::Hidden,
            Some(held) => Self::Shown { text: held.value.expose().to_owned() },
        }
    }
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> Self {
        Self {
            id: line.id.clone(),
            claims: line.claims.iter().map(ToString::to_string).collect(),
            need: match line.need {
                Need::Needed => NeedWord::Needed,
                Need::YourChoice => NeedWord::YourChoice,
            },
            marks: line.marks.iter().copied().map(MarkWord::from).collect(),
            sensitive: line.sensitive.map(SensitiveWord::from),
            coarser: Vec::new(),
        }
    }
}

impl From<Mark> for MarkWord {
    fn from(mark: Mark) -> Self {
        match mark {
            Mark::NewThisTime => Self::NewThisTime,
            Mark::KeptLonger => Self::KeptLonger,
            Mark::NotUsual => Self::NotUsual,
        }
    }
}

impl From<Sensitive> for SensitiveWord {
    fn from(sensitive: Sensitive) -> Self {
        match sensitive {
            Sensitive::Birth => Self::Birth,
            Sensitive::Document => Self::Document,
            Sensitive::Other => Self::Other,
        }
    }
}

impl From<CardKind> for CardKindWord {
    fn from(kind: CardKind) -> Self {
        match kind {
            CardKind::DeliverTo => Self::DeliverTo,
            CardKind::Messages => Self::Messages,
            CardKind::Invoice => Self::Invoice,
            CardKind::Age => Self::Age,
            CardKind::Other => Self::Other,
        }
    }
}

impl From<RequestKind> for TermsKind {
    fn from(kind: RequestKind) -> Self {
        match kind {
            RequestKind::Delivery => Self::Delivery,
            RequestKind::Invoice => Self::Invoice,
            RequestKind::SignIn => Self::SignIn,
        }
    }
}
