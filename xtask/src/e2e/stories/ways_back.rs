//! Back into a wallet on another computer: by the 24 words of the spare key, and by a backup file.

use anyhow::{Context, Result, ensure};

use super::{ENGLISH, Stage, steps};
use crate::e2e::{driver::Window, file_dialog::FileDialog, texts::Texts};

const WORDS: usize = 24;

/// The words bring back the name in the shop, and say that they bring no address.
pub fn words(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(&format!("{name}-before"), ENGLISH)?;
    let (window, asked) = steps::order_first(stage, &mut anna, &texts)?;
    window.click("button", &texts.say("back_shop")?)?;
    let known_as = stage.land(&asked, &anna.browsed()?)?["user_ref"].take();
    window.click("button", &texts.say("k_make")?)?;
    let words = read_spare_key(&window, &texts)?;
    check_sheet(&window, &texts, &words)?;
    window.close()?;

    let (mut later, texts) = stage.person(&format!("{name}-after"), ENGLISH)?;
    let window = later.open(&[])?;
    window.click("button", &texts.say("w_restore")?)?;
    window.click("radio", &texts.say("w_only_words")?)?;
    window.find("text", &texts.say("w_words_truth")?)?;
    window.write(&texts.say("w_words")?, &words.join(" "))?;
    window.write(&texts.say("w_new_pass")?, steps::PASSPHRASE)?;
    window.write(&texts.say("passphrase_again")?, steps::PASSPHRASE)?;
    stage.look(&window, name, "restore")?;
    window.click("button", &texts.say("w_from_words")?)?;
    window.find("text", &texts.say("d_empty")?)?;

    let asked = stage.ask()?;
    later.click_link(&asked.link)?;
    window.find("text", &texts.say("brought_back_copy")?)?;
    stage.look(&window, name, "met-again")?;
    steps::type_details(&window, &texts)?;
    steps::send(&window, &texts, stage.host())?;
    window.click("button", &texts.say("back_shop")?)?;
    let order = stage.land(&asked, &later.browsed()?)?;
    ensure!(order["user_ref"] == known_as, "the shop does not know her again");
    steps::says_anna(&stage.open_label(&asked)?)?;
    window.close()
}

/// The file brings back everything.
pub fn backup(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(&format!("{name}-before"), ENGLISH)?;
    let (window, _) = steps::order_first(stage, &mut anna, &texts)?;
    window.click("button", &texts.say("done")?)?;
    window.click("button", &texts.say("room_settings")?)?;
    window.click("button", &texts.say("x_backup")?)?;
    window.write(&texts.say("passphrase")?, steps::PASSPHRASE)?;
    window.click("button", &texts.say("next")?)?;
    let file = stage.folder.join(format!("{name}.json"));
    FileDialog::Save.answer(stage.screen, &file)?;
    window.find("text", &texts.say("x_backup_done")?)?;
    window.close()?;
    ensure!(file.is_file(), "there is no backup");

    let (mut later, texts) = stage.person(&format!("{name}-after"), ENGLISH)?;
    let window = later.open(&[])?;
    window.click("button", &texts.say("w_restore")?)?;
    window.write(&texts.say("w_backup_secret")?, steps::PASSPHRASE)?;
    stage.look(&window, name, "restore")?;
    window.click("button", &texts.say("w_from_backup")?)?;
    FileDialog::Open.answer(stage.screen, &file)?;
    window.click("button", &texts.say("room_data")?)?;
    for (_, _, value) in steps::ANNA {
        window.find("text", value)?;
    }
    window.click("button", &texts.say("room_shops")?)?;
    window.find("heading", stage.host())?;
    window.close()
}

/// Shows the sheet, and reads it as a printer would.
pub fn read_spare_key(window: &Window, texts: &Texts) -> Result<Vec<String>> {
    window.write(&texts.say("passphrase")?, steps::PASSPHRASE)?;
    window.click("button", &texts.say("k_make")?)?;
    window.find("button", &texts.say("k_print")?)?;
    let words = window.texts("ol li")?;
    ensure!(words.len() == WORDS, "the sheet has {} words", words.len());
    Ok(words)
}

/// Types the two words that are asked for from the sheet.
pub fn check_sheet(window: &Window, texts: &Texts, words: &[String]) -> Result<()> {
    window.click("button", &texts.say("k_check")?)?;
    window.find("text", &texts.say("k_quiz")?)?;
    for label in window.texts("form label")? {
        let digits: String = label.chars().filter(char::is_ascii_digit).collect();
        let number: usize = digits.parse().context("a word without a number")?;
        window.write(&label, &words[number - 1])?;
    }
    window.click("button", &texts.say("k_check_now")?)?;
    window.find("text", &texts.say("k_done")?).map(drop)
}
