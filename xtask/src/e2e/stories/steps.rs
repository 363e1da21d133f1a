//! What the people of several stories do.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{Asked, Stage};
use crate::e2e::{driver::Window, person::Person, texts::Texts};

pub const PASSPHRASE: &str = "plumb fjord zigzag 4711 heron";

/// What Anna types: the text beside the field, the name of the detail, the value. She does not exist.
pub const ANNA: &[(&str, &str, &str)] = &[
    ("claim_name", "name", "Anna Żółć-Beispiel"),
    ("claim_address_street_address", "address.street_address", "Große Hamburger Straße 12"),
    ("claim_address_postal_code", "address.postal_code", "10115"),
    ("claim_address_locality", "address.locality", "Berlin"),
    ("claim_address_country", "address.country", "Germany"),
];

/// Types a passphrase twice, and has the wallet made.
pub fn make_wallet(window: &Window, texts: &Texts) -> Result<()> {
    window.write(&texts.say("passphrase")?, PASSPHRASE)?;
    window.write(&texts.say("passphrase_again")?, PASSPHRASE)?;
    window.click("button", &texts.say("w_create")?)
}

/// Types what is asked for into the request, which is also the form.
pub fn type_details(window: &Window, texts: &Texts) -> Result<()> {
    for (text, _, value) in ANNA {
        window.write(&texts.say(text)?, value)?;
    }
    Ok(())
}

/// A first order, from a link with no wallet on the computer until it is sent.
pub fn order_first(stage: &Stage<'_>, anna: &mut Person, texts: &Texts) -> Result<(Window, Asked)> {
    let asked = stage.ask()?;
    let window = anna.open(&[&asked.link])?;
    make_wallet(&window, texts)?;
    window.find("button", &send_button(texts, stage.host())?)?;
    type_details(&window, texts)?;
    send(&window, texts, stage.host())?;
    Ok((window, asked))
}

/// The button that sends.
pub fn send_button(texts: &Texts, host: &str) -> Result<String> {
    texts.fill("send_to", &[("host", host)])
}

/// Presses it, and waits until it is sent.
pub fn send(window: &Window, texts: &Texts, host: &str) -> Result<()> {
    window.click("button", &send_button(texts, host)?)?;
    window.find("heading", &texts.fill("sent_head", &[("host", host)])?)?;
    Ok(())
}

/// Pastes a link into the room of requests, where the window is after an answer.
pub fn paste_link(window: &Window, texts: &Texts, link: &str) -> Result<()> {
    window.write(&texts.say("link")?, link)?;
    window.click("button", &texts.say("link_open")?)
}

/// Locks, and waits for the lock.
pub fn lock(window: &Window, texts: &Texts) -> Result<()> {
    window.click("button", &texts.say("lock_now")?)?;
    window.find("heading", &texts.say("l_head")?).map(drop)
}

/// Opens the lock with the passphrase.
pub fn unlock(window: &Window, texts: &Texts) -> Result<()> {
    window.write(&texts.say("passphrase")?, PASSPHRASE)?;
    window.click("button", &texts.say("l_unlock")?)
}

/// Fails unless the label says what Anna typed, and nothing else.
pub fn says_anna(label: &Value) -> Result<()> {
    for (_, claim, value) in ANNA {
        ensure!(label[*claim] == *value, "the label does not say what was typed for {claim}");
    }
    let count = label.as_object().map_or(0, serde_json::Map::len);
    ensure!(count == ANNA.len(), "the label says {count} things, and {} were sent", ANNA.len());
    Ok(())
}
