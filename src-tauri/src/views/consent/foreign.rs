//! From the wallet's view of a foreign verifier's request to the window's. What a certificate does not say stays empty.

use passerby_wallet::consent::RequestKind;
use passerby_wallet::foreign::ForeignView;

use super::mapping::show_card;
use super::{ConsentView, FamiliarityView, NamesWord, NewsView, OtherShop, TermsView, VisibleView};

impl ConsentView {
    pub(super) fn of_foreign(view: &ForeignView, revision: u32) -> Self {
        let asked = view.asked().map(|detail| &detail.claim);
        let sent_before = |last| FamiliarityView::SentBefore { last_sent: last };
        Self {
            request: view.number,
            revision,
            host: view.host.to_string(),
            lookalike: view.lookalike.written_out.clone(),
            not_other: view.lookalike.resembles.as_ref().map(OtherShop::from),
            trade_name: String::new(),
            this_computer: view.this_computer,
            new_main_keys: false,
            brought_back: None,
            familiarity: view.last_sent.map_or(FamiliarityView::FirstTime, |last| sent_before(last.into())),
            news: NewsView {
                purpose_before: None,
                kept_until_before: None,
                new_recipients: Vec::new(),
                maybe_more: false,
                moved: None,
            },
            cards: view.cards().iter().map(|card| show_card(&[], card)).collect(),
            dropped: Vec::new(),
            usual: None,
            terms: TermsView {
                kind: RequestKind::of(asked).into(),
                purpose: String::new(),
                kept_until: None,
                recipients: Vec::new(),
            },
            visible: VisibleView { pseudonym: None },
            foreign: true,
            // Each verifier meets one name; there is no other.
            names: NamesWord::Regular,
            relay: None,
            has_policy: false,
            answer_by: view.answer_by.into(),
        }
    }
}
