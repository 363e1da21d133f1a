//! The stories, each with people and a window of its own.

mod answers;
mod first_visit;
mod foreign;
mod links;
mod rooms;
pub mod steps;
mod ways_back;

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    driver::Window,
    person::{Computer, Person},
    screen::Screen,
    texts::Texts,
};
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
    Story { name: "first-visit", tell: |stage, name| first_visit::tell(stage, name, ENGLISH) },
    Story { name: "first-visit-in-russian", tell: |stage, name| first_visit::tell(stage, name, RUSSIAN) },
    Story { name: "keyboard", tell: first_visit::by_keyboard },
    Story { name: "zoom", tell: first_visit::drawn_twice_as_large },
    Story { name: "warm-link", tell: links::warm },
    Story { name: "two-links", tell: links::two_at_once },
    Story { name: "link-while-locked", tell: links::while_locked },
    Story { name: "choose", tell: answers::choose },
    Story { name: "stranger", tell: answers::stranger },
    Story { name: "decline", tell: answers::decline },
    Story { name: "foreign", tell: foreign::tell },
    Story { name: "back-by-words", tell: ways_back::words },
    Story { name: "back-by-backup", tell: ways_back::backup },
    Story { name: "rooms-en-light", tell: |stage, name| rooms::tell(stage, name, ENGLISH) },
    Story {
        name: "rooms-en-dark",
        tell: |stage, name| rooms::tell(stage, name, Computer { dark: true, ..ENGLISH }),
    },
    Story { name: "rooms-ru-light", tell: |stage, name| rooms::tell(stage, name, RUSSIAN) },
    Story {
        name: "rooms-ru-dark",
        tell: |stage, name| rooms::tell(stage, name, Computer { dark: true, ..RUSSIAN }),
    },
    Story { name: "rooms-de-light", tell: |stage, name| rooms::tell(stage, name, GERMAN) },
];

pub const ENGLISH: Computer = Computer { language: "en", dark: false };
const RUSSIAN: Computer = Computer { language: "ru", dark: false };
const GERMAN: Computer = Computer { language: "de", dark: false };

/// A browser, and what the shop gave it.
pub struct Asked {
    browser: Visitor,
    link: String,
    order: u64,
}

impl Stage<'_> {
    /// Somebody at a computer of their own, whose folder has this name.
    fn person(&self, name: &str, computer: Computer) -> Result<(Person, Texts)> {
        let person = Person::arrive(self.checkout, self.screen, &self.folder.join(name), computer)?;
        Ok((person, Texts::read(self.checkout, computer.language)?))
    }

    fn picture(&self, window: &Window, name: &str) -> Result<()> {
        window.picture(&self.screens.join(format!("{name}.png")))
    }

    /// A picture of a place, and whether axe-core and the width of the window have anything against it.
    fn look(&self, window: &Window, story: &str, place: &str) -> Result<()> {
        self.picture(window, &format!("{story}-{place}"))?;
        window.fits(place)?;
        window.is_accessible(self.checkout, place)
    }

    /// The shop's name.
    fn host(&self) -> &str {
        &self.cast.sector
    }

    /// Somebody in a browser asks for shoes.
    fn ask(&self) -> Result<Asked> {
        let browser = Visitor::of(&self.cast.sector, self.cast.shop_port);
        let asked = browser.post("/api/checkout", &json!({}))?;
        let link = asked["link"].as_str().context("the shop gave no link")?.to_owned();
        let order = asked["order"]["no"].as_u64().context("the shop gave no number")?;
        Ok(Asked { browser, link, order })
    }

    /// What the shop keeps of an order, once the browser came back with this address.
    fn land(&self, asked: &Asked, back: &str) -> Result<Value> {
        let path = back.split_once(&self.cast.sector).context("the way back leads elsewhere")?.1;
        Ok(asked.browser.get(path)?["order"].take())
    }

    /// Opens the parcel's label where the release key is.
    fn open_label(&self, asked: &Asked) -> Result<Value> {
        let (port, order) = (self.cast.packing_port, asked.order);
        let table = Visitor::of(&format!("127.0.0.1:{port}"), port).with_key(self.cast.packing_key()?);
        let mut label = table.get(&format!("/api/orders/{order}/open?reason=packing%20order%20{order}"))?;
        Ok(label["opened"].take())
    }
}
