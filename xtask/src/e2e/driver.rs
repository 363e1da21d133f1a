//! The window, driven by WebKit's driver (W3C WebDriver): finding by role and name, clicking, typing, looking.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use ureq::Agent;

const PAUSE: Duration = Duration::from_millis(50);
/// How long a window may take for one thing on a busy machine: making a wallet takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);
/// The name under which the standard hands elements over (W3C WebDriver section 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

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

/// An open window.
pub struct Window {
    agent: Agent,
    address: String,
}

/// Something in it.
pub struct Element(String);

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

    /// Waits until there is one, and gives it.
    pub fn find(&self, role: &str, name: &str) -> Result<Element> {
        let start = Instant::now();
        loop {
            let found = self.run(FIND, &json!([role, name]))?;
            if let Some(id) = found[ELEMENT].as_str() {
                return Ok(Element(id.to_owned()));
            }
            if start.elapsed() > PATIENCE {
                bail!("there is no {role} \"{name}\" on the window, which says:\n{}", self.text()?);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Whether there is one now.
    pub fn has(&self, role: &str, name: &str) -> Result<bool> {
        Ok(self.run(FIND, &json!([role, name]))?[ELEMENT].is_string())
    }

    /// Clicks it.
    pub fn click(&self, role: &str, name: &str) -> Result<()> {
        let Element(id) = self.find(role, name)?;
        self.ask(&format!("/element/{id}/click"), &json!({})).with_context(|| format!("clicking {name}"))?;
        Ok(())
    }

    /// Types into a field.
    pub fn write(&self, name: &str, text: &str) -> Result<()> {
        let Element(id) = self.find("textbox", name)?;
        self.ask(&format!("/element/{id}/value"), &json!({ "text": text }))
            .with_context(|| format!("typing into {name}"))?;
        Ok(())
    }

    /// Presses keys, one after the other: WebDriver's own characters for those that write nothing.
    pub fn press(&self, keys: &str) -> Result<()> {
        let strokes: Vec<_> = keys
            .chars()
            .flat_map(|key| {
                [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
            })
            .collect();
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.ask("/actions", &actions).context("pressing keys")?;
        Ok(())
    }

    /// All the text that stands on it.
    pub fn text(&self) -> Result<String> {
        let text = self.run("return document.body.innerText", &json!([]))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Whether the page is wider than the window.
    pub fn overflows(&self) -> Result<bool> {
        let script = "const page = document.documentElement; return page.scrollWidth > page.clientWidth";
        Ok(self.run(script, &json!([]))? == Value::Bool(true))
    }

    /// Makes the window so large.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.ask("/window/rect", &json!({ "width": width, "height": height })).context("resizing")?;
        Ok(())
    }

    /// Runs a script on the page.
    pub fn run(&self, script: &str, arguments: &Value) -> Result<Value> {
        self.ask("/execute/sync", &json!({ "script": script, "args": arguments }))
            .context("looking at the page")
    }

    /// Keeps a picture of it. Only after two frames: before, the driver hands over what was there before.
    pub fn picture(&self, file: &Path) -> Result<()> {
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))";
        self.ask("/execute/async", &json!({ "script": frames, "args": [] }))
            .context("waiting for a frame")?;
        let mut answer =
            self.agent.get(format!("{}/screenshot", self.address)).call().context("taking a picture")?;
        let answer: Value =
            answer.body_mut().with_config().limit(64 << 20).read_json().context("taking a picture")?;
        let encoded = answer["value"].as_str().context("the driver took no picture")?;
        fs::write(file, decode_base64(encoded)?).with_context(|| format!("writing {}", file.display()))
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

/// The system's own program reads base64: one format less here.
fn decode_base64(text: &str) -> Result<Vec<u8>> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child =
        Command::new("base64").arg("--decode").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut pipe = child.stdin.take().context("speaking to base64")?;
    let text = text.to_owned();
    let writer = thread::spawn(move || pipe.write_all(text.as_bytes()));
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success() && writer.join().is_ok_and(|written| written.is_ok()),
        "this is not base64"
    );
    Ok(output.stdout)
}
