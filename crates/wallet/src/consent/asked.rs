//! What is asked for, whoever asks: a shop and a foreign verifier are shown in the same cards, and answered from them in the
//! same way.

use super::{Answer, Card, ChoiceError, Detail, News, Offer, Picked, RequestKind, RequestView};
use crate::foreign::ForeignView;

/// What is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// What goes in any case.
    pub needed: &'a [Detail],
    /// What is the person's choice.
    pub optional: &'a [Detail],
    /// Where less would do.
    pub offers: &'a [Offer],
    /// What is different from the times before. Absent where nothing can be measured: who does not say what for cannot be said
    /// to ask for more than that takes.
    pub news: Option<&'a News>,
}

impl<'a> Asked<'a> {
    /// Every detail.
    pub fn details(self) -> impl Iterator<Item = &'a Detail> + Clone {
        self.needed.iter().chain(self.optional)
    }

    /// What it seems to be for.
    pub fn kind(self) -> RequestKind {
        RequestKind::of(self.details().map(|detail| &detail.claim))
    }
}

impl RequestView {
    fn as_asked(&self) -> Asked<'_> {
        let Self { needed, optional, offers, news, .. } = self;
        Asked { needed, optional, offers, news: Some(news) }
    }

    /// The request in cards, in the order in which people read. Each detail that is asked for stands on exactly one.
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        self.as_asked().cards()
    }

    /// The answer that was picked. Whatever goes is saved under the label that was picked for its card, or typed. A needed
    /// line goes whole or nothing goes; of a line of the person's own choice goes what there is, and something must be.
    pub fn answer(&self, picked: &Picked) -> Result<Answer, ChoiceError> {
        self.as_asked().answer(picked)
    }

    /// What the request seems to be for.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.as_asked().kind()
    }
}

impl ForeignView {
    fn as_asked(&self) -> Asked<'_> {
        Asked { needed: &self.needed, optional: &self.optional, offers: &[], news: None }
    }

    /// Every detail that is asked for.
    pub fn asked(&self) -> impl Iterator<Item = &Detail> + Clone {
        self.as_asked().details()
    }

    /// The request in cards: [`RequestView::cards`].
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        self.as_asked().cards()
    }

    /// The answer that was picked: [`RequestView::answer`].
    pub fn answer(&self, picked: &Picked) -> Result<Answer, ChoiceError> {
        self.as_asked().answer(picked)
    }
}
