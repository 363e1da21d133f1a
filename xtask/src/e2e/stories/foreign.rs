//! Somebody asks who is no shop of Passerby.

use anyhow::{Context, Result, ensure};
use url::Url;

use super::{ENGLISH, Stage, steps};
use crate::e2e::verifier::Verifier;

/// The same screen, which says in one look that this is no shop; sent once, and refused once.
pub fn tell(stage: &Stage<'_>, name: &str) -> Result<()> {
    let verifier = Verifier::start(stage.checkout, &stage.folder.join(format!("{name}-verifier")))?;
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    anna.trust(verifier.anchor());
    let link = verifier.ask()?;
    let host = host_of(&link)?;
    let window = anna.open(&[&link])?;
    steps::make_wallet(&window, &texts)?;
    let send = texts.fill("send_to_plain", &[("host", &host)])?;
    window.find("button", &send)?;
    ensure!(window.text()?.contains(&texts.say("no_shop")?), "nothing says that this is no shop");
    steps::type_details(&window, &texts)?;
    stage.look(&window, name, "consent")?;
    window.click("button", &send)?;
    window.find("heading", &texts.fill("sent_head", &[("host", &host)])?)?;
    stage.look(&window, name, "sent")?;
    window.click("button", &texts.say("back_page")?)?;
    ensure!(host_of_page(&anna.browsed()?)? == host, "the way back leads elsewhere");
    let answer = verifier.answers()?[0].to_string();
    for (_, claim, value) in steps::ANNA {
        ensure!(answer.contains(value), "the verifier was not told {claim}");
    }

    window.click("button", &texts.say("done")?)?;
    steps::paste_link(&window, &texts, &verifier.ask()?)?;
    window.find("button", &send)?;
    window.click("button", &texts.say("dont")?)?;
    window.find("heading", &texts.say("sent_nothing")?)?;
    stage.look(&window, name, "declined")?;
    let answers = verifier.answers()?;
    ensure!(answers.as_array().is_some_and(|answers| answers.len() == 2), "the verifier was not told no");
    ensure!(answers[1].to_string().contains("access_denied"), "the second answer is no refusal");
    window.close()
}

/// Whom a link leads to.
fn host_of(link: &str) -> Result<String> {
    let link = Url::parse(link).context("reading a link")?;
    let mut query = link.query_pairs();
    let (_, uri) = query.find(|(name, _)| name == "request_uri").context("a link without a request")?;
    host_of_page(&uri)
}

fn host_of_page(address: &str) -> Result<String> {
    let address = Url::parse(address).context("reading an address")?;
    Ok(address[url::Position::BeforeHost..url::Position::AfterPort].to_owned())
}
