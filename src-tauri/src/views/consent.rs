//! What the consent screen shows, as the wallet computed it: nothing added, nothing left out. Values are in clear unless they are
//! sensitive.

mod card;
mod coarser;
mod familiarity;
mod foreign;
mod mapping;
mod news;
mod terms;

use serde::Serialize;
use specta::Type;

use super::moment::Moment;
pub use card::{
    CardKindWord, CardView, LineView, MarkWord, NeedWord, RecipientView, SensitiveWord, ValueView,
};
pub use coarser::{CoarserAnswer, CoarserView, CoarserWord};
pub use familiarity::{BroughtBackWord, FamiliarityView, OtherShop};
pub use news::{MovedView, NewsView};
pub use terms::{TermsKind, TermsView, VisibleView};

/// What a look at a request found.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Found {
    /// It is proven who asks.
    Checked {
        /// What the person decides about.
        screen: Box<ConsentView>,
    },
    /// Nobody could be asked whether it is who it says. Nothing can be sent until that is possible.
    Unchecked {
        /// Who is claimed to ask.
        host: String,
        /// It is no shop.
        foreign: bool,
        /// Why.
        reason: UncheckedReason,
    },
    /// It is not who it says, or asks for what it may not. Nothing can be sent.
    Failed {
        /// Who is claimed to ask.
        host: String,
        /// Why.
        reason: FailedReason,
    },
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum FailedReason {
    /// A shop has other keys than this request comes by, or asks for what it may not.
    Keys,
    /// A foreign verifier's certificate is for another host, has run out, or comes from nobody this computer trusts.
    Certificate,
    /// A foreign verifier's host has published keys for requests, and this one goes around them.
    AroundItsKeys,
    /// A foreign verifier's request does not hold, or asks for something that this wallet does not do.
    Request,
}

/// Why nobody could be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum UncheckedReason {
    /// The site has published no keys.
    NoKeys,
    /// The site did not answer.
    NoAnswer,
}

/// A checked request, as people decide about it.
#[expect(clippy::struct_excessive_bools, reason = "each is something to be told")]
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    /// What to call it.
    pub request: u32,
    /// Which view of it this is: the answer names it.
    pub revision: u32,
    /// The proven web address.
    pub host: String,
    /// How the address reads when it is written out, if that is another text.
    pub lookalike: Option<String>,
    /// A shop that this wallet knows, which reads much the same and is another one.
    pub not_other: Option<OtherShop>,
    /// What the shop calls itself.
    pub trade_name: String,
    /// The shop is a program on this computer.
    pub this_computer: bool,
    /// The shop announced new main keys, and these are they.
    pub new_main_keys: bool,
    /// After a restore from the words: what the relay still had about this shop.
    pub brought_back: Option<BroughtBackWord>,
    /// Whether it is known.
    pub familiarity: FamiliarityView,
    /// What is different from the times before.
    pub news: NewsView,
    /// What is asked for.
    pub cards: Vec<CardView>,
    /// Details that will not be sent: the shop never announced that it would ask for them.
    pub dropped: Vec<String>,
    /// What is usual for such a request; present when more is asked for.
    pub usual: Option<Vec<String>>,
    /// Why, how long, who else.
    pub terms: TermsView,
    /// What the shop's own system gets to see beside the sealed copy.
    pub visible: VisibleView,
    /// It comes from a verifier that has a certificate and no Statement (docs/protocol.md section 13).
    pub foreign: bool,
    /// As whom it can be answered.
    pub names: NamesWord,
    /// The relay server's host; absent where the answer goes straight to who asks.
    pub relay: Option<String>,
    /// The shop has a privacy policy.
    pub has_policy: bool,
    /// The last moment for an answer.
    pub answer_by: Moment,
}

/// As whom a request can be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum NamesWord {
    /// Under the person's name there, or as a stranger.
    Either,
    /// Under the person's name there.
    Regular,
    /// As a stranger: the answer was begun so.
    Stranger,
}
