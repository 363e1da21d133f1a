//! What a person does with the window: finds things by what stands on them, clicks, types, and gets along without a mouse.

use std::{thread, time::Duration, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::driver::{Element, PATIENCE, Window};

const PAUSE: Duration = Duration::from_millis(50);
/// More than any screen has things to go through.
const MOST_STEPS: usize = 120;

/// Keys that write nothing (W3C WebDriver section 17.4.2).
pub mod key {
    pub const ENTER: &str = "\u{e007}";
    pub const SPACE: &str = " ";
    pub const TAB: &str = "\u{e004}";
    pub(super) const CONTROL: char = '\u{e009}';
}

/// Finds what a person would call a button, a field or a heading with this name.
const FIND: &str = r#"
const [role, name] = arguments;
const clean = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const KINDS = {
  button: "button", link: "a", heading: "h1,h2,h3", checkbox: "input[type=checkbox]", radio: "input[type=radio]",
  textbox: "input:not([type=checkbox]):not([type=radio]),textarea", text: "body *",
};
const named = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return clean(by.split(/\s+/).map((id) => document.getElementById(id)?.textContent).join(" "));
  if (element.getAttribute("aria-label")) return clean(element.getAttribute("aria-label"));
  if (element.labels?.length) return clean([...element.labels].map((label) => label.textContent).join(" "));
  return clean(element.textContent);
};
return [...document.querySelectorAll(KINDS[role])].filter((one) => one.getClientRects().length > 0)
  .find((one) => named(one) === clean(name)) ?? null;
"#;

/// Whether the keyboard is at the element, and whether that is seen: a ring around it, or around its label.
const AT: &str = r#"
const [wanted] = arguments;
const ringed = (one) => one && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) > 0;
const at = document.activeElement === wanted;
return { at, seen: at && (ringed(wanted) || Boolean(ringed(wanted.closest("label")))) };
"#;

impl Window {
    /// Waits until there is one, and gives it.
    pub fn find(&self, role: &str, name: &str) -> Result<Element> {
        let start = Instant::now();
        loop {
            if let Some(element) = self.find_now(role, name)? {
                return Ok(element);
            }
            if start.elapsed() > PATIENCE {
                bail!("there is no {role} \"{name}\" on the window, which says:\n{}", self.text()?);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Whether there is one now.
    pub fn has(&self, role: &str, name: &str) -> Result<bool> {
        Ok(self.find_now(role, name)?.is_some())
    }

    /// Clicks it.
    pub fn click(&self, role: &str, name: &str) -> Result<()> {
        let element = self.find(role, name)?;
        self.touch(&element, "click", &json!({})).with_context(|| format!("clicking {name}"))
    }

    /// Types into a field.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let field = self.find("textbox", name)?;
        self.touch(&field, "value", &json!({ "text": text })).with_context(|| format!("typing into {name}"))
    }

    /// Types into a field in place of what is there.
    pub fn write_over(&self, name: &str, text: &str) -> Result<()> {
        self.touch(&self.find("textbox", name)?, "clear", &json!({}))
            .with_context(|| format!("emptying {name}"))?;
        self.write(name, text)
    }

    /// Presses keys, one after the other: letters, or those of [`key`].
    pub fn press(&self, keys: &str) -> Result<()> {
        let strokes: Vec<_> =
            keys.chars().flat_map(|key| [stroke("keyDown", key), stroke("keyUp", key)]).collect();
        self.strike(&strokes)
    }

    /// Presses a key while Control is held.
    pub fn press_with_control(&self, held_with: char) -> Result<()> {
        self.strike(&[
            stroke("keyDown", key::CONTROL),
            stroke("keyDown", held_with),
            stroke("keyUp", held_with),
            stroke("keyUp", key::CONTROL),
        ])
    }

    /// Goes to it with the Tab key alone, and sees where the keyboard is.
    pub fn reach(&self, role: &str, name: &str) -> Result<()> {
        let wanted = self.find(role, name)?.to_argument();
        for _ in 0..MOST_STEPS {
            let place = self.run(AT, &json!([wanted]))?;
            if place["at"] == true {
                ensure!(place["seen"] == true, "the keyboard is at {role} \"{name}\", and nothing shows it");
                return Ok(());
            }
            self.press(key::TAB)?;
        }
        bail!("the keyboard does not get to {role} \"{name}\"")
    }

    fn find_now(&self, role: &str, name: &str) -> Result<Option<Element>> {
        Ok(Element::of(&self.run(FIND, &json!([role, name]))?))
    }

    fn strike(&self, strokes: &[Value]) -> Result<()> {
        self.act(&json!([{ "type": "key", "id": "keyboard", "actions": strokes }])).context("pressing keys")
    }
}

fn stroke(kind: &str, key: char) -> Value {
    json!({ "type": kind, "value": key })
}
