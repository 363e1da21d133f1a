//! The window, spoken to through WebKit's driver (W3C WebDriver). What a person does with it is in `hands`, what is seen in `eyes`.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use ureq::Agent;

/// How long a window may take for one thing on a busy machine: making a wallet takes seconds.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// The name under which the standard hands elements over (W3C WebDriver section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// An open window.
pub struct Window {
    agent: Agent,
    address: String,
}

/// Something in it.
pub struct Element(String);

impl Element {
    /// The element that a script gave, if it gave one.
    pub fn of(answer: &Value) -> Option<Self> {
        answer[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }

    /// As a script takes it.
    pub fn to_argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

impl Window {
    /// Has the driver start the program with these arguments.
    pub fn open(driver: &str, program: &Path, arguments: &[&str]) -> Result<Self> {
        let agent: Agent =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
        let options = json!({ "binary": program, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let mut window = Self { agent, address: driver.to_owned() };
        let made = window.ask("/session", &wanted).context("opening the window")?;
        let session = made["sessionId"].as_str().context("the driver gave the window no name")?;
        window.address = format!("{driver}/session/{session}");
        Ok(window)
    }

    /// Does something to an element: `click`, or `value` with a text to type.
    pub fn touch(&self, Element(id): &Element, how: &str, with: &Value) -> Result<()> {
        self.ask(&format!("/element/{id}/{how}"), with).map(drop)
    }

    /// Does what a keyboard or a mouse does (W3C WebDriver section 17.3).
    pub fn act(&self, actions: &Value) -> Result<()> {
        self.ask("/actions", &json!({ "actions": actions })).map(drop)
    }

    /// Makes the window so large.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.ask("/window/rect", &json!({ "width": width, "height": height })).context("resizing").map(drop)
    }

    /// Runs a script on the page.
    pub fn run(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.ask("/execute/sync", &json!({ "script": script, "args": arguments }))
            .context("looking at the page")
    }

    /// Runs a script that hands its result to its last argument, a function.
    pub fn run_until_done(&self, script: &str) -> Result<Value> {
        self.ask("/execute/async", &json!({ "script": script, "args": [] })).context("looking at the page")
    }

    /// A picture of it, as a PNG file in base64.
    pub fn screenshot(&self) -> Result<String> {
        let mut answer = self.agent.get(format!("{}/screenshot", self.address)).call()?;
        let answer: Value = answer.body_mut().with_config().limit(64 << 20).read_json()?;
        Ok(answer["value"].as_str().context("the driver took no picture")?.to_owned())
    }

    /// Ends the program.
    pub fn close(self) -> Result<()> {
        let answer = self.agent.delete(&self.address).call().context("closing the window")?;
        ensure!(answer.status().is_success(), "the window did not close");
        Ok(())
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Value> {
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.address))
            .send_json(body)
            .context("asking the driver")?;
        let (status, mut said): (_, Value) =
            (answer.status(), answer.body_mut().read_json().context("reading the driver's answer")?);
        ensure!(status.is_success(), "the driver says: {}", said["value"]["message"]);
        Ok(said["value"].take())
    }
}
