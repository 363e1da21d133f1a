//! `passerby words`: the spare key, shown to a person or checked against their sheet.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use passerby_wallet::spare_key::make_quiz;
use passerby_wallet::{RecoveryWords, ShownWords, SpareKeyError, Trouble as _};
use serde_json::json;

use crate::arguments::{Global, Words};
use crate::failure::{Failure, sentence};
use crate::output::Output;
use crate::session::Session;
use crate::{passphrase, place, prompt};

/// So many words stand in a row.
const COLUMNS: usize = 4;

pub async fn run(global: &Global, words: Words, output: Output) -> Result<ExitCode, Failure> {
    if words.check {
        if !prompt::is_somebody_there() {
            return Err(Failure::failed(
                "no-terminal",
                "The words are asked for on a terminal, and there is none.",
            ));
        }
        let mut session = Session::open(global).await?;
        let result = check(&mut session, output).await;
        return session.close(result).await;
    }
    // Before anybody types a passphrase for nothing.
    if !words.force && (output.is_json() || !io::stdout().is_terminal()) {
        return Err(Failure::failed(
            "no-terminal",
            "The words are shown on a terminal only, so that they do not end up in a file. \
             With --force they are printed all the same. Nothing was shown.",
        ));
    }
    let path = place::find_vault(global.vault.clone())?;
    // The passphrase, even where the keyring opens the vault: an unlocked screen is not the person.
    let passphrase = passphrase::ask(global.passphrase_file.as_deref())?;
    let mut session = Session::open_by(&path, (&passphrase).into()).await?;
    let Session { wallet, rng } = &mut session;
    let shown = wallet.show_words(&passphrase, rng).await.map_err(Failure::from);
    show(&session.close(shown).await?, output);
    Ok(ExitCode::SUCCESS)
}

fn show(ShownWords { words, open_vault }: &ShownWords, output: Output) {
    output.object(&json!({ "words": words.iter().collect::<Vec<_>>(), "open_vault": open_vault }));
    output.line("");
    output.line("Your spare key: 24 words. Write them on paper, with their numbers.");
    output.line("");
    output.lines(&rows(words));
    output.line("");
    if *open_vault {
        output.line("They bring back your names in shops, and open this vault and its backups if you forget");
        output.line("the passphrase. They do not contain your address: keep a backup file as well.");
    } else {
        output
            .line("They bring back your names in shops. They do not open this vault: an older program made");
        output.line("it, and it could not be changed just now. See: passerby doctor");
    }
    output.line("Whoever has them is you at every shop. No photo, no file, no chat.");
    output.line("");
    output.line("Then clear this window, and check your sheet: passerby words --check");
}

/// Four in a row, each behind its number.
fn rows(words: &RecoveryWords) -> Vec<String> {
    let numbered: Vec<_> =
        words.iter().enumerate().map(|(at, word)| format!("{:>2}. {word:<10}", at + 1)).collect();
    numbered.chunks(COLUMNS).map(|row| format!("  {}", row.join("  ").trim_end())).collect()
}

async fn check(session: &mut Session, output: Output) -> Result<ExitCode, Failure> {
    let Session { wallet, rng } = session;
    Output::remark("Two words of your sheet, in English letters; the first four of each are enough.");
    let [first, second] = make_quiz(rng);
    let one = prompt::ask(&format!("Word {first}:"))?;
    let other = prompt::ask(&format!("Word {second}:"))?;
    let typed = [(first, one.as_str()), (second, other.as_str())];
    wallet.check_words(&typed, rng).await?;
    output.object(&json!({ "spare_key": "checked" }));
    output.line("Right. Keep the sheet where you keep your passport.");
    Ok(ExitCode::SUCCESS)
}

impl From<SpareKeyError> for Failure {
    fn from(error: SpareKeyError) -> Self {
        match error {
            SpareKeyError::Passphrase(error) => error.into(),
            SpareKeyError::Record(error) => error.into(),
            SpareKeyError::Words(error) => {
                Self::failed(error.code(), format!("{error} {}", error.next_step()).trim())
            }
            other => Self::failed(
                other.code(),
                sentence(&other.to_string()) + " Look at your sheet, or write a new one: passerby words",
            ),
        }
    }
}
