//! What is asked for, in cards, with what is saved of it. A sensitive value is not in here: it is shown when it is asked for.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

use super::CoarserView;

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
