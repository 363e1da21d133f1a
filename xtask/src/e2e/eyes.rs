//! What is seen of the window: its text, its size, a picture, and what axe-core finds wrong with it.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::driver::{PATIENCE, Window};
use crate::checkout::Checkout;

const PAUSE: Duration = Duration::from_millis(50);

/// Two frames: before, the driver hands over what was there before.
const FRAMES: &str =
    "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))";

/// All rules, contrast too: here things are drawn.
const FINDINGS: &str = r"
const [done] = arguments;
for (const details of document.querySelectorAll('details')) details.open = true;
axe.run().then(
  ({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 160)))),
  (error) => done([String(error)]),
);
";

impl Window {
    /// All the text that stands on it.
    pub fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText", &json!([]))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// The texts of the elements that this selector names, in their order.
    pub fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.trim())";
        let texts = self.run(script, &json!([selector]))?;
        serde_json::from_value(texts).context("reading texts of the page")
    }

    /// How wide the page is drawn, in its own points.
    pub fn width(&self) -> Result<u64> {
        self.run("return innerWidth", &json!([]))?.as_u64().context("a page without a width")
    }

    /// Waits until it is drawn as wide as this.
    pub fn wait_for_width(&self, width: u64) -> Result<()> {
        let start = Instant::now();
        while self.width()? != width {
            ensure!(start.elapsed() < PATIENCE, "the page is {} wide, not {width}", self.width()?);
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Fails where something is cut off or has to be scrolled sideways.
    pub fn fits(&self, what: &str) -> Result<()> {
        let script = "const page = document.documentElement; return [page, ...document.querySelectorAll('main, [role=dialog]')]
            .some((one) => one.scrollWidth > one.clientWidth)";
        ensure!(self.run(script, &json!([]))? != Value::Bool(true), "{what} is wider than the window");
        Ok(())
    }

    /// Keeps a picture of it.
    pub fn picture(&self, file: &Path) -> Result<()> {
        self.run_until_done(FRAMES)?;
        let encoded = self.screenshot().context("taking a picture")?;
        let picture = BASE64_STANDARD.decode(encoded).context("the driver's picture is not base64")?;
        fs::write(file, picture).with_context(|| format!("writing {}", file.display()))
    }

    /// Fails with what axe-core finds, if it finds something.
    pub fn is_accessible(&self, checkout: &Checkout, what: &str) -> Result<()> {
        if self.run("return typeof axe === 'undefined'", &json!([]))? == Value::Bool(true) {
            let file = checkout.root().join("ui/node_modules/axe-core/axe.min.js");
            let axe = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            self.run(&axe, &json!([]))?;
        }
        let found = self.run_until_done(FINDINGS)?;
        ensure!(found == json!([]), "axe-core, of {what}: {found:#}");
        Ok(())
    }
}
