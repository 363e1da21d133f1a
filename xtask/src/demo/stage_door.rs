//! A browser's part, without a browser: one cookie, no redirects followed, JSON.

use std::cell::RefCell;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Response, header};

/// Speaks to a server on this computer under its own name.
pub struct Visitor {
    agent: Agent,
    /// `http://127.0.0.1:PORT`.
    address: String,
    /// What the server is called: `shoes.localhost:PORT`.
    host: String,
    cookie: RefCell<Option<String>>,
    key: Option<String>,
}

impl Visitor {
    /// A fresh browser that knows where `host` is.
    pub fn of(host: &str, port: u16) -> Self {
        let agent = Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
        let address = format!("http://127.0.0.1:{port}");
        Self { agent, address, host: host.to_owned(), cookie: RefCell::new(None), key: None }
    }

    /// The same, with a key that opens a door.
    pub fn with_key(mut self, key: String) -> Self {
        self.key = Some(key);
        self
    }

    /// Posts JSON and reads JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let address = format!("{}{path}", self.address);
        let mut request = self.agent.post(&address).header(header::HOST, &self.host);
        if let Some(cookie) = self.cookie.borrow().as_deref() {
            request = request.header(header::COOKIE, cookie);
        }
        self.read(path, request.send_json(body))
    }

    /// Asks for JSON.
    pub fn get(&self, path: &str) -> Result<Value> {
        let address = format!("{}{path}", self.address);
        let mut request = self
            .agent
            .get(&address)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT, "application/json");
        if let Some(cookie) = self.cookie.borrow().as_deref() {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        self.read(path, request.call())
    }

    fn read(&self, path: &str, answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Value> {
        let what = path.split('?').next().unwrap_or_default();
        let mut answer = answer.with_context(|| format!("asking {} for {what}", self.host))?;
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok()) {
            let name_and_value = cookie.split(';').next().unwrap_or_default();
            *self.cookie.borrow_mut() = Some(name_and_value.to_owned());
        }
        let text =
            answer.body_mut().read_to_string().with_context(|| format!("reading {what} of {}", self.host))?;
        ensure!(answer.status().is_success(), "{} answered {} to {what}: {text}", self.host, answer.status());
        serde_json::from_str(&text).with_context(|| format!("reading {what} of {} as JSON", self.host))
    }
}
