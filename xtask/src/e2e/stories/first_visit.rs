//! From a link in a browser, with no wallet on the computer, to a packed parcel: in two languages, by the keyboard alone, and
//! drawn twice as large.

use anyhow::{Result, ensure};

use super::{ENGLISH, Stage, steps};
use crate::e2e::{driver::Window, hands::key, person::Computer, texts::Texts};

/// How many steps of a fifth make it twice as large.
const STEPS_TO_DOUBLE: usize = 5;

/// With a mouse. The pictures are those of docs/walkthrough.md.
pub fn tell(stage: &Stage<'_>, name: &str, computer: Computer) -> Result<()> {
    let (mut anna, texts) = stage.person(name, computer)?;
    let asked = stage.ask()?;
    let window = anna.open(&[&asked.link])?;
    window.find("heading", &texts.say("w_head_shop")?)?;
    window.resize(900, 700)?;
    stage.look(&window, name, "1-welcome")?;
    steps::make_wallet(&window, &texts)?;

    let send = steps::send_button(&texts, stage.host())?;
    window.find("button", &send)?;
    stage.look(&window, name, "2-consent")?;
    steps::type_details(&window, &texts)?;
    stage.look(&window, name, "3-consent-filled")?;
    // Enter says neither yes nor no.
    window.press(key::ENTER)?;
    ensure!(window.has("button", &send)?, "Enter sent or refused");
    steps::send(&window, &texts, stage.host())?;
    stage.look(&window, name, "4-sent")?;

    window.click("button", &texts.say("back_shop")?)?;
    stage.land(&asked, &anna.browsed()?)?;
    steps::says_anna(&stage.open_label(&asked)?)?;
    ensure!(anna.vault().is_file(), "there is no vault");
    window.close()
}

/// Without a mouse: Tab, Space, Enter and letters. Wherever the keyboard is, that is seen.
pub fn by_keyboard(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let asked = stage.ask()?;
    let window = anna.open(&[&asked.link])?;
    key_in_passphrase(&window, &texts)?;
    let send = steps::send_button(&texts, stage.host())?;
    window.find("button", &send)?;
    key_in_details(&window, &texts)?;
    stage.picture(&window, &format!("{name}-consent"))?;
    // On the button, and elsewhere: Enter alone sends nothing.
    window.press(key::ENTER)?;
    window.reach("button", &send)?;
    window.press(key::ENTER)?;
    ensure!(window.has("button", &send)?, "Enter sent or refused");
    window.press(key::SPACE)?;
    window.find("heading", &texts.fill("sent_head", &[("host", stage.host())])?)?;
    window.reach("button", &texts.say("back_shop")?)?;
    window.press(key::ENTER)?;
    stage.land(&asked, &anna.browsed()?)?;
    steps::says_anna(&stage.open_label(&asked)?)?;

    key_on(&window, &texts.say("done")?)?;
    for room in ["room_data", "room_shops", "room_activity", "room_settings"] {
        key_on(&window, &texts.say(room)?)?;
        window.find("heading", &texts.say(room)?)?;
    }
    key_on(&window, &texts.say("lock_now")?)?;
    window.find("heading", &texts.say("l_head")?)?;
    window.reach("textbox", &texts.say("passphrase")?)?;
    window.press(steps::PASSPHRASE)?;
    window.press(key::ENTER)?;
    window.find("button", &texts.say("lock_now")?)?;
    window.close()
}

/// For whoever needs large letters: nothing is cut off, nothing has to be scrolled sideways. By the keyboard, because a driver's
/// mouse does not know that the page is drawn larger.
pub fn drawn_twice_as_large(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let window = anna.open(&[&stage.ask()?.link])?;
    window.find("heading", &texts.say("w_head_shop")?)?;
    window.resize(900, 700)?;
    window.wait_for_width(900)?;
    for _ in 0..STEPS_TO_DOUBLE {
        window.press_with_control('+')?;
    }
    window.wait_for_width(450)?;
    stage.look(&window, name, "welcome")?;
    key_in_passphrase(&window, &texts)?;
    let send = steps::send_button(&texts, stage.host())?;
    window.find("button", &send)?;
    stage.look(&window, name, "consent")?;
    key_in_details(&window, &texts)?;
    stage.look(&window, name, "consent-filled")?;
    key_on(&window, &send)?;
    window.find("heading", &texts.fill("sent_head", &[("host", stage.host())])?)?;
    stage.look(&window, name, "sent")?;
    key_on(&window, &texts.say("done")?)?;
    for room in ["requests", "data", "shops", "activity", "settings"] {
        let title = texts.say(&format!("room_{room}"))?;
        key_on(&window, &title)?;
        window.find("heading", &title)?;
        stage.look(&window, name, room)?;
    }
    window.close()
}

fn key_in_passphrase(window: &Window, texts: &Texts) -> Result<()> {
    for field in ["passphrase", "passphrase_again"] {
        window.reach("textbox", &texts.say(field)?)?;
        window.press(steps::PASSPHRASE)?;
    }
    window.press(key::ENTER)
}

fn key_in_details(window: &Window, texts: &Texts) -> Result<()> {
    for (text, _, value) in steps::ANNA {
        window.reach("textbox", &texts.say(text)?)?;
        window.press(value)?;
    }
    Ok(())
}

fn key_on(window: &Window, button: &str) -> Result<()> {
    window.reach("button", button)?;
    window.press(key::SPACE)
}
