//! Writes vectors that are missing from `tests/vectors`. It never overwrites one: a vector that stands is not made anew
//! to please a test; whoever changes the protocol deletes the file by hand and says why in the commit.

#![allow(
    clippy::expect_used,
    clippy::items_after_statements,
    clippy::too_many_lines,
    reason = "a tool for developers: tables of cases, each read from top to bottom"
)]

mod another_wallet;
mod differences;
mod edges;
mod foreign;
mod forms;
mod graded;
mod keys;
mod names;
mod passport;
mod post_quantum;
mod request;
mod reveal;
mod self_copy;
mod sentences;
mod verify;

use passerby_protocol::time::Timestamp;
use passerby_testkit::clock::NOON;
use passerby_testkit::scene::Scene;
use passerby_testkit::vectors::{self, Expect, Vector};
use serde_json::Value;

fn main() -> std::io::Result<()> {
    let scene = Scene::new();
    let mut writer = Writer { step: "", written: 0, kept: 0 };
    keys::write(writer.at("keys"), &scene)?;
    names::write(writer.at("names"))?;
    request::write(writer.at("request"), &scene)?;
    sentences::queries(writer.at("request"), &scene)?;
    forms::requests(writer.at("request"), &scene)?;
    edges::links(writer.at("request"))?;
    edges::requests(writer.at("request"), &scene)?;
    graded::queries(writer.at("request"), &scene)?;
    verify::write(writer.at("verify"), &scene)?;
    differences::statements(writer.at("verify"), &scene)?;
    sentences::statements(writer.at("verify"), &scene)?;
    forms::statements(writer.at("verify"), &scene)?;
    edges::statements(writer.at("verify"), &scene)?;
    post_quantum::statements(writer.at("verify"), &scene)?;
    graded::statements(writer.at("verify"), &scene)?;
    passport::write(writer.at("passport"), &scene)?;
    differences::claims(writer.at("passport"), &scene)?;
    sentences::claims(writer.at("passport"), &scene)?;
    forms::claims(writer.at("passport"), &scene)?;
    edges::claims(writer.at("passport"), &scene)?;
    another_wallet::claims(writer.at("passport"), &scene)?;
    graded::claims(writer.at("passport"), &scene)?;
    reveal::write(writer.at("reveal"), &scene)?;
    differences::releases(writer.at("reveal"), &scene)?;
    sentences::releases(writer.at("reveal"), &scene)?;
    forms::releases(writer.at("reveal"), &scene)?;
    post_quantum::releases(writer.at("reveal"), &scene)?;
    another_wallet::releases(writer.at("reveal"), &scene)?;
    graded::releases(writer.at("reveal"), &scene)?;
    foreign::write(writer.at("foreign"))?;
    self_copy::write(writer.at("self-copy"), &scene)?;
    println!("{} vectors written, {} left as they were", writer.written, writer.kept);
    Ok(())
}

/// Puts vectors into the folder of a step.
pub struct Writer {
    step: &'static str,
    written: u32,
    kept: u32,
}

impl Writer {
    fn at(&mut self, step: &'static str) -> &mut Self {
        self.step = step;
        self
    }

    /// A vector that must succeed.
    pub fn accepts(&mut self, name: &str, about: &str, input: Value, ok: Value) -> std::io::Result<()> {
        self.put(name, about, NOON, input, Expect::Ok(ok))
    }

    /// A vector that must be refused with the given word.
    pub fn refuses(&mut self, name: &str, about: &str, input: Value, word: &str) -> std::io::Result<()> {
        self.put(name, about, NOON, input, Expect::Refused(word.into()))
    }

    /// A vector at another moment.
    pub fn put(
        &mut self,
        name: &str,
        about: &str,
        now: Timestamp,
        input: Value,
        expect: Expect,
    ) -> std::io::Result<()> {
        let folder = vectors::folder().join(self.step);
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.json"));
        if file.exists() {
            self.kept += 1;
            return Ok(());
        }
        let vector = Vector { about: about.into(), now, input, expect };
        let mut text = serde_json::to_string_pretty(&vector)?;
        text.push('\n');
        self.written += 1;
        std::fs::write(file, text)
    }
}
