//! A request that waits, as one line of the queue.

use passerby_wallet::{RequestLine, RequestState};
use serde::Serialize;
use specta::Type;

use super::moment::Moment;

/// The queue, and what stands before it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestsView {
    /// What was fetched, oldest first.
    pub lines: Vec<RequestLineView>,
    /// How many links wait for a click: nothing was fetched for them, so nothing is known of them.
    pub kept: u32,
}

/// One line of the queue.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RequestLineView {
    /// What to call it.
    pub number: u32,
    /// Who asks; merely claimed when it is not checked.
    pub host: String,
    /// Whether it is a foreign verifier, and no shop.
    pub foreign: bool,
    /// Whether it is proven who asks.
    pub check: LineCheck,
    /// When it was opened.
    pub arrived: Moment,
    /// The last moment for an answer; a line that is not checked names none.
    pub answer_by: Option<Moment>,
    /// How far it is.
    pub state: LineState,
}

/// Whether it is proven who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum LineCheck {
    /// It is.
    Checked,
    /// It is not, or not yet.
    Unchecked,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// Nothing was decided.
    Waiting,
    /// The answer is written down and not confirmed.
    Sending,
}

impl From<RequestLine> for RequestLineView {
    fn from(line: RequestLine) -> Self {
        Self {
            number: line.number,
            host: line.sector.to_string(),
            foreign: line.foreign,
            check: if line.answer_by.is_some() { LineCheck::Checked } else { LineCheck::Unchecked },
            arrived: line.opened.into(),
            answer_by: line.answer_by.map(Moment::from),
            state: if line.state == RequestState::Sending { LineState::Sending } else { LineState::Waiting },
        }
    }
}
