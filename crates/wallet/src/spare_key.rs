//! The spare key: the words are shown, checked, and it is remembered that they were.
//!
//! What it must never do: write the words anywhere, or give them to whoever merely finds the wallet open. The caller shows
//! them, to a person, once.

use passerby_vault::{RecordError, VaultError};
use rand_core::CryptoRng;
use secrecy::SecretString;

use crate::records::SpareKeyRecord;
use crate::wallet::Wallet;
use crate::words::{COUNT, RecoveryWords, WordsError};

/// How far the spare key has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpareKey {
    /// Nobody has seen the words.
    None,
    /// They were shown.
    Shown,
    /// They were shown, and two of them typed back.
    Checked,
}

impl SpareKey {
    /// What to say about it; nothing when all is well.
    #[must_use]
    pub const fn sentence(self) -> Option<&'static str> {
        match self {
            Self::None => Some(
                "You have no spare key yet: 24 words on paper. If this computer breaks, your names in shops are gone.",
            ),
            Self::Shown => Some("Your spare key, the 24 words, was shown and never checked."),
            Self::Checked => None,
        }
    }

    /// What to do about it; empty when all is well.
    #[must_use]
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::None => "To write it down: passerby words",
            Self::Shown => "To check two words of your sheet: passerby words --check",
            Self::Checked => "",
        }
    }

    /// For machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Shown => "shown",
            Self::Checked => "checked",
        }
    }
}

/// The words, for the one who is about to show them.
#[derive(Debug)]
pub struct ShownWords {
    /// The words themselves.
    pub words: RecoveryWords,
    /// Whether they open this vault, and with it its next backup. A vault of an older program that cannot be written to
    /// has no way in for them; they are the person's all the same.
    pub open_vault: bool,
}

/// Why the spare key could not be shown or checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpareKeyError {
    /// The passphrase is another one, or could not be tried.
    #[error(transparent)]
    Passphrase(#[from] VaultError),
    /// The root secret cannot be spelled.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A word that was typed from the sheet is another one.
    #[error("Word {number} is another one.")]
    Wrong {
        /// Which, counted from 1.
        number: usize,
    },
    /// The vault could not be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Wallet {
    /// The words, for one who knows the passphrase. It is remembered that they were shown, and a vault of an older program is
    /// opened to them. Takes as long as opening.
    pub async fn show_words(
        &self,
        passphrase: &SecretString,
        rng: &mut impl CryptoRng,
    ) -> Result<ShownWords, SpareKeyError> {
        self.check_way(passphrase).await?;
        let words = RecoveryWords::of(&self.root(rng).await?)?;
        // A vault that is not whole or a disk that is full is no reason to keep the words from their person.
        let open_vault = self.let_words_in(passphrase, rng).await.is_ok();
        let now = self.now();
        if self.note_spare_key(|record| record.shown = Some(now), rng).await.is_err() {
            tracing::warn!("that the spare key was shown could not be written down");
        }
        Ok(ShownWords { words, open_vault })
    }

    /// Checks words that were typed from the sheet, each with its number counted from 1; all of them must be right.
    pub async fn check_words(
        &self,
        typed: &[(usize, &str)],
        rng: &mut impl CryptoRng,
    ) -> Result<(), SpareKeyError> {
        let words = RecoveryWords::of(&self.root(rng).await?)?;
        if let Some((number, _)) = typed.iter().find(|(number, word)| !words.is_word(*number, word)) {
            return Err(SpareKeyError::Wrong { number: *number });
        }
        Ok(self.note_words_used(rng).await?)
    }

    /// How far the spare key has come.
    pub async fn spare_key(&self) -> Result<SpareKey, RecordError> {
        let record = self.vault().list::<SpareKeyRecord>().await?.into_iter().next();
        Ok(match record {
            Some((_, SpareKeyRecord { checked: Some(_), .. })) => SpareKey::Checked,
            Some((_, SpareKeyRecord { shown: Some(_), .. })) => SpareKey::Shown,
            _ => SpareKey::None,
        })
    }

    /// Whoever has just opened the wallet by its words has them.
    pub(crate) async fn note_words_used(&self, rng: &mut impl CryptoRng) -> Result<(), RecordError> {
        let now = self.now();
        self.note_spare_key(|record| record.checked = Some(now), rng).await
    }

    async fn note_spare_key(
        &self,
        note: impl FnOnce(&mut SpareKeyRecord),
        rng: &mut impl CryptoRng,
    ) -> Result<(), RecordError> {
        let known = self.vault().list::<SpareKeyRecord>().await?.into_iter().next();
        let (id, mut record) = known.map_or_else(Default::default, |(id, record)| (Some(id), record));
        note(&mut record);
        match id {
            Some(id) => self.vault().update(id, &record, rng).await,
            None => self.vault().insert(&record, self.now().seconds(), rng).await.map(drop),
        }
    }
}

/// Two different numbers of words to ask for, in rising order.
#[must_use]
pub fn make_quiz(rng: &mut impl CryptoRng) -> [usize; 2] {
    let below = |limit: usize, rng: &mut dyn CryptoRng| {
        // 2^32 is so much larger than 24 that no word is noticeably favoured.
        usize::try_from(rng.next_u32()).unwrap_or_default() % limit
    };
    let first = below(COUNT, rng);
    let second = (first + 1 + below(COUNT - 1, rng)) % COUNT;
    [first.min(second) + 1, first.max(second) + 1]
}

#[cfg(test)]
mod tests {
    use passerby_testkit::rng::seeded;

    use super::make_quiz;
    use crate::words::COUNT;

    #[test]
    fn a_quiz_asks_for_two_different_words() {
        let mut rng = seeded(1);
        let mut asked = [false; COUNT];
        for _ in 0..500 {
            let [first, second] = make_quiz(&mut rng);
            assert!((1..second).contains(&first) && second <= COUNT);
            asked[first - 1] = true;
            asked[second - 1] = true;
        }
        assert_eq!(asked, [true; COUNT], "each word has its turn");
    }
}
