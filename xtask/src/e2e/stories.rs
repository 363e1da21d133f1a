//! The stories, each with people and a window of its own.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{driver::Window, person::Person, screen::Screen, texts::Texts};
use crate::{
    checkout::Checkout,
    demo::{Cast, Visitor},
};

/// What is on the stage.
pub struct Stage<'a> {
    pub checkout: &'a Checkout,
    pub cast: &'a Cast,
    pub screen: &'a Screen,
    /// For what the people of the stories leave behind.
    pub folder: &'a Path,
    /// For pictures.
    pub screens: &'a Path,
}

/// One story.
pub struct Story {
    pub name: &'static str,
    pub tell: fn(&Stage<'_>, &str) -> Result<()>,
}

/// Every story there is.
pub const STORIES: &[Story] = &[
    Story { name: "first-visit", tell: first_visit },
    Story { name: "warm-link", tell: warm_link },
    Story { name: "link-while-locked", tell: link_while_locked },
    Story { name: "decline", tell: decline },
];

const PASSPHRASE: &str = "plumb fjord zigzag 4711 heron";

/// What Anna types. She does not exist.
const ANNA: &[(&str, &str, &str)] = &[
    ("claim_name", "name", "Anna Żółć-Beispiel"),
    ("claim_address_street_address", "address.street_address", "Große Hamburger Straße 12"),
    ("claim_address_postal_code", "address.postal_code", "10115"),
    ("claim_address_locality", "address.locality", "Berlin"),
    ("claim_address_country", "address.country", "Germany"),
];

impl Stage<'_> {
    fn person(&self, name: &str) -> Result<Person> {
        Person::arrive(self.checkout, self.screen, &self.folder.join(name))
    }

    fn picture(&self, window: &Window, name: &str) -> Result<()> {
        window.picture(&self.screens.join(format!("{name}.png")))
    }

    /// Somebody in a browser asks for shoes. Gives the browser, and the link that the shop gave it.
    fn ask(&self) -> Result<(Visitor, String)> {
        let browser = Visitor::of(&self.cast.sector, self.cast.shop_port);
        let asked = browser.post("/api/checkout", &json!({}))?;
        let link = asked["link"].as_str().context("the shop gave no link")?.to_owned();
        Ok((browser, link))
    }

    /// Opens the parcel's label where the release key is.
    fn unpack(&self, browser: &Visitor, back: &str) -> Result<Value> {
        let path = back.split_once(&self.cast.sector).context("the way back leads elsewhere")?.1;
        let number = browser.get(path)?["order"]["no"].as_u64().context("the shop made no order")?;
        let port = self.cast.packing_port;
        let table = Visitor::of(&format!("127.0.0.1:{port}"), port).with_key(self.cast.packing_key()?);
        let label = table.get(&format!("/api/orders/{number}/open?reason=packing%20order%20{number}"))?;
        Ok(label["opened"].clone())
    }
}

fn make_wallet(window: &Window, texts: &Texts) -> Result<()> {
    window.write(&texts.say("passphrase")?, PASSPHRASE)?;
    window.write(&texts.say("passphrase_again")?, PASSPHRASE)?;
    window.click("button", &texts.say("w_create")?)
}

fn type_details(window: &Window, texts: &Texts) -> Result<()> {
    for (text, _, value) in ANNA {
        window.write(&texts.say(text)?, value)?;
    }
    Ok(())
}

/// From a link in a browser, with no wallet on the computer, to a packed parcel.
fn first_visit(stage: &Stage<'_>, name: &str) -> Result<()> {
    let texts = Texts::read(stage.checkout, "en")?;
    let mut anna = stage.person(name)?;
    let (browser, link) = stage.ask()?;
    let window = anna.open(&[&link])?;
    window.find("heading", &texts.say("w_head_shop")?)?;
    stage.picture(&window, "welcome-from-shop")?;
    make_wallet(&window, &texts)?;

    let host = stage.cast.sector.as_str();
    let send = texts.fill("send_to", &[("host", host)])?;
    window.find("button", &send)?;
    window.resize(900, 700)?;
    ensure!(!window.overflows()?, "the consent screen is wider than 900 x 700");
    stage.picture(&window, "consent-empty")?;
    type_details(&window, &texts)?;
    stage.picture(&window, "consent")?;
    // Enter says neither yes nor no.
    window.press("\u{e007}")?;
    ensure!(window.has("button", &send)?, "Enter sent or refused");
    window.click("button", &send)?;

    window.find("heading", &texts.fill("sent_head", &[("host", host)])?)?;
    stage.picture(&window, "sent")?;
    window.click("button", &texts.say("back_shop")?)?;
    let label = stage.unpack(&browser, &anna.browsed()?)?;
    for (_, claim, value) in ANNA {
        ensure!(label[*claim] == *value, "the label does not say what was typed for {claim}");
    }
    ensure!(
        label.as_object().is_some_and(|label| label.len() == ANNA.len()),
        "the label says more than was sent"
    );
    ensure!(anna.vault().is_file(), "there is no vault");
    window.close()
}

/// A link that is clicked while the wallet is open opens at once.
fn warm_link(stage: &Stage<'_>, name: &str) -> Result<()> {
    let texts = Texts::read(stage.checkout, "en")?;
    let mut anna = stage.person(name)?;
    let window = anna.open(&[])?;
    window.find("heading", &texts.say("w_head")?)?;
    stage.picture(&window, "welcome")?;
    make_wallet(&window, &texts)?;
    window.find("button", &texts.say("lock_now")?)?;
    let (_, link) = stage.ask()?;
    anna.click_link(&link)?;
    window.find("button", &texts.fill("send_to", &[("host", &stage.cast.sector)])?)?;
    window.close()
}

/// A link that is clicked while the wallet is locked waits, names nobody, and lowers nothing.
fn link_while_locked(stage: &Stage<'_>, name: &str) -> Result<()> {
    let texts = Texts::read(stage.checkout, "en")?;
    let mut anna = stage.person(name)?;
    let window = anna.open(&[])?;
    make_wallet(&window, &texts)?;
    window.click("button", &texts.say("lock_now")?)?;
    window.find("heading", &texts.say("l_head")?)?;
    let (_, link) = stage.ask()?;
    anna.click_link(&link)?;
    window.find("text", &texts.say("l_waiting")?)?;
    stage.picture(&window, "locked-with-request")?;
    ensure!(!window.text()?.contains(&stage.cast.sector), "the lock names who asks");
    ensure!(window.has("button", &texts.say("l_unlock")?)?, "the link lowered the lock");
    window.write(&texts.say("passphrase")?, PASSPHRASE)?;
    window.click("button", &texts.say("l_unlock")?)?;
    window.find("button", &texts.fill("send_to", &[("host", &stage.cast.sector)])?)?;
    window.close()
}

/// No is as easy as yes, and nothing leaves.
fn decline(stage: &Stage<'_>, name: &str) -> Result<()> {
    let texts = Texts::read(stage.checkout, "en")?;
    let mut anna = stage.person(name)?;
    let (browser, link) = stage.ask()?;
    let window = anna.open(&[&link])?;
    make_wallet(&window, &texts)?;
    window.find("button", &texts.fill("send_to", &[("host", &stage.cast.sector)])?)?;
    window.click("button", &texts.say("dont")?)?;
    window.find("heading", &texts.say("sent_nothing")?)?;
    stage.picture(&window, "declined")?;
    drop(browser);
    window.close()
}
