//! A foreign verifier: somebody who asks by OpenID4VP and is no shop of Passerby. A program of the wallet's own tests, since nobody
//! else's can be had here with a certificate that a computer without a network believes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::Agent;

use super::screen::wait_for_line;
use crate::{checkout::Checkout, process::Process};

/// The example of the wallet that this is.
pub const PROGRAM: &str = "foreign_verifier";

/// The running verifier.
pub struct Verifier {
    desk: String,
    anchor: PathBuf,
    agent: Agent,
    _program: Process,
}

impl Verifier {
    /// Starts one that keeps its things in this folder.
    pub fn start(checkout: &Checkout, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).context("making a folder for the verifier")?;
        let log = folder.join("verifier.log");
        let mut program = checkout.program(checkout.built(&format!("examples/{PROGRAM}")));
        let program = Process::start("the verifier", program.arg(folder), &log)?;
        let desk = wait_for_line(&log, |line| line.starts_with("http://"))?;
        Ok(Self {
            desk,
            anchor: folder.join("anchor.pem"),
            agent: Agent::new_with_defaults(),
            _program: program,
        })
    }

    /// The certificate of its authority.
    pub fn anchor(&self) -> &Path {
        &self.anchor
    }

    /// The link of a new question.
    pub fn ask(&self) -> Result<String> {
        let mut answer = self.agent.post(format!("{}/ask", self.desk)).send_empty().context("asking")?;
        answer.body_mut().read_to_string().context("reading a link")
    }

    /// What it was answered so far.
    pub fn answers(&self) -> Result<Value> {
        let mut answer =
            self.agent.get(format!("{}/answers", self.desk)).call().context("looking at answers")?;
        answer.body_mut().read_json().context("reading answers")
    }
}
