//! What the consent screen shows, as the wallet computed it: nothing added, nothing left out. Values are in clear unless they are
//! sensitive.

mod foreign;
mod mapping;

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

use super::moment::Moment;

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

/// A shop that this wallet knows.
#[derive(Debug, Clone, Serialize, Type)]
pub struct OtherShop {
    /// Its web address.
    pub host: String,
    /// Since when.
    pub since: Moment,
}

/// What a relay still had after a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum BroughtBackWord {
    /// The person's copy.
    Copy,
    /// Something that is not this person's copy.
    None,
}

/// Whether a shop is known.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum FamiliarityView {
    /// It is met for the first time.
    FirstTime,
    /// No keys are remembered; something was sent there before.
    SentBefore {
        /// When something was last sent.
        last_sent: Moment,
    },
    /// Its keys are remembered.
    Known {
        /// Since when.
        since: Moment,
        /// The person's friendly name there, once something was sent.
        pseudonym: Option<String>,
        /// How often something was sent under that name.
        orders: u32,
        /// When something was last sent.
        last_sent: Option<Moment>,
    },
}

/// What is different from the times before.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewsView {
    /// The reason it gave the last time, if it is another one.
    pub purpose_before: Option<String>,
    /// Until when the answer of the last time may be kept, if it wants to keep it longer now.
    pub kept_until_before: Option<Moment>,
    /// Recipients that were not named the last time.
    pub new_recipients: Vec<String>,
    /// Whether it asks for something that was not sent before, and of which nobody remembers whether it was asked for: that
    /// nothing is new cannot be said.
    pub maybe_more: bool,
    /// What would go is not what the shop has.
    pub moved: Option<MovedView>,
}

/// What would go is not what the shop has: labels, never addresses.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MovedView {
    /// What would go.
    pub sends: String,
    /// What the shop has.
    pub shop_has: String,
}

/// Details that belong together.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CardView {
    /// What they have in common: `deliver-to`, `messages`, `invoice`, `age` or `other`.
    pub kind: CardKindWord,
    /// Whose values can go: the default first, at least one.
    pub recipients: Vec<RecipientView>,
    /// What is asked for.
    pub lines: Vec<LineView>,
}

/// What details of a card have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum CardKindWord {
    /// Who gets it, and where.
    DeliverTo,
    /// Where messages go.
    Messages,
    /// What stands on a bill.
    Invoice,
    /// How old somebody is.
    Age,
    /// Anything else.
    Other,
}

/// One of several people or places whose values can go.
#[derive(Debug, Clone, Serialize, Type)]
pub struct RecipientView {
    /// Names it in the answer.
    pub id: String,
    /// Chosen by the person; empty for what bears none.
    pub label: String,
    /// By detail.
    pub values: BTreeMap<String, ValueView>,
}

/// What is saved.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ValueView {
    /// This.
    Shown {
        /// The value.
        text: String,
    },
    /// Something sensitive.
    Hidden,
    /// Nothing.
    Missing,
}

/// What is ticked, typed and sent as one.
#[derive(Debug, Clone, Serialize, Type)]
pub struct LineView {
    /// Names it in the answer.
    pub id: String,
    /// Its details.
    pub claims: Vec<String>,
    /// Whether it goes in any case.
    pub need: NeedWord,
    /// What people should notice.
    pub marks: Vec<MarkWord>,
    /// What is very personal about it.
    pub sensitive: Option<SensitiveWord>,
    /// What less can go instead, the least first.
    pub coarser: Vec<CoarserView>,
}

/// Something less that can go.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CoarserView {
    /// Names it in the answer.
    pub id: String,
    /// What it is.
    pub kind: CoarserWord,
    /// What goes: typed, for somebody of whom it cannot be told.
    pub claims: Vec<String>,
    /// By recipient: what the shop would read. A recipient of whom it cannot be told is not in here.
    pub answers: BTreeMap<String, CoarserAnswer>,
}

/// What the shop would read instead of the whole.
#[derive(Debug, Clone, Serialize, Type)]
pub struct CoarserAnswer {
    /// The text.
    pub text: String,
    /// It goes only after the passphrase, as the whole does.
    pub sensitive: bool,
}

/// What less can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum CoarserWord {
    /// Whether somebody is 18.
    #[serde(rename = "over-18")]
    Over18,
    /// The year of birth.
    BirthYear,
    /// The country of an address.
    Country,
    /// The place and country of an address.
    City,
    /// Some other part of it.
    Part,
}

/// Whether a line goes in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum NeedWord {
    /// It goes, or nothing does.
    Needed,
    /// It goes if it is ticked.
    YourChoice,
}

/// What people should notice about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum MarkWord {
    /// Not asked for before.
    NewThisTime,
    /// Kept longer than before.
    KeptLonger,
    /// Not usual for such a request.
    NotUsual,
}

/// What is very personal about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SensitiveWord {
    /// When or where somebody was born.
    Birth,
    /// The number of a document.
    Document,
    /// Anything else.
    Other,
}

/// Why, how long, who else.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TermsView {
    /// What such a request usually is for, by what it asks.
    pub kind: TermsKind,
    /// In the shop's words; empty where it is not said.
    pub purpose: String,
    /// Until when it may keep the answer; absent where nothing was promised.
    pub kept_until: Option<Moment>,
    /// To whom it passes the answer on.
    pub recipients: Vec<String>,
}

/// What such a request usually is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TermsKind {
    /// Something is brought somewhere.
    Delivery,
    /// A bill is written.
    Invoice,
    /// Somebody is recognised.
    SignIn,
}

/// What the shop's own system gets to see.
#[derive(Debug, Clone, Serialize, Type)]
pub struct VisibleView {
    /// The person's friendly name there; absent when it is made with the first answer.
    pub pseudonym: Option<String>,
}
