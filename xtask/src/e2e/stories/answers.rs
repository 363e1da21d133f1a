//! What can be answered: with a choice, as a stranger, and not at all.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{ENGLISH, Stage, steps};
use crate::e2e::{driver::Window, person::Person, texts::Texts};

const PHONE: &str = "+49 30 901820-47";
const NEIGHBOUR: &str = "Bernd Beispiel";

/// A detail more than is needed, and another name for this one order. What is saved stays as it was.
pub fn choose(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let (window, _) = order_once(stage, &mut anna, &texts)?;

    let asked = stage.ask()?;
    anna.click_link(&asked.link)?;
    window.click("checkbox", &texts.say("claim_phone_number")?)?;
    window.write(&texts.say("claim_phone_number")?, PHONE)?;
    let change = texts.fill("change_claim", &[("claim", &texts.say("claim_name")?)])?;
    window.click("button", &change)?;
    window.write_over(&texts.say("claim_name")?, NEIGHBOUR)?;
    stage.look(&window, name, "consent")?;
    steps::send(&window, &texts, stage.host())?;
    window.click("button", &texts.say("back_shop")?)?;
    stage.land(&asked, &anna.browsed()?)?;

    let label = stage.open_label(&asked)?;
    ensure!(label["phone_number"] == PHONE, "the phone number that was ticked did not go");
    ensure!(label["name"] == NEIGHBOUR, "the name that was typed for this order did not go");
    ensure!(label["email"].is_null(), "an e-mail address went that was not ticked");
    window.click("button", &texts.say("done")?)?;
    window.click("button", &texts.say("room_data")?)?;
    window.find("text", steps::ANNA[0].2)?;
    ensure!(!window.text()?.contains(NEIGHBOUR), "what was typed for one order was kept");
    window.close()
}

/// The shop's system meets somebody else each time; the parcel arrives all the same.
pub fn stranger(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let (window, regular) = order_once(stage, &mut anna, &texts)?;
    let mut names = vec![regular];
    for time in ["first", "second"] {
        let asked = stage.ask()?;
        steps::paste_link(&window, &texts, &asked.link)?;
        window.click("radio", &texts.say("as_stranger")?)?;
        ensure!(window.text()?.contains(&texts.say("stranger_hint")?), "nothing says what a stranger is");
        if time == "first" {
            stage.look(&window, name, "consent")?;
        }
        steps::send(&window, &texts, stage.host())?;
        window.click("button", &texts.say("back_shop")?)?;
        let order = stage.land(&asked, &anna.browsed()?)?;
        names.push(user_ref(&order)?);
        steps::says_anna(&stage.open_label(&asked)?)?;
        window.click("button", &texts.say("done")?)?;
    }
    names.sort();
    names.dedup();
    ensure!(names.len() == 3, "the shop met the same name twice");
    window.close()
}

/// No is as easy as yes, and nothing leaves.
pub fn decline(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let asked = stage.ask()?;
    let window = anna.open(&[&asked.link])?;
    steps::make_wallet(&window, &texts)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    steps::type_details(&window, &texts)?;
    window.click("button", &texts.say("dont")?)?;
    window.find("heading", &texts.say("sent_nothing")?)?;
    stage.look(&window, name, "declined")?;
    let progress = asked.browser.get(&format!("/status?order={}", asked.order))?["state"].take();
    ensure!(progress != "ordered", "the shop has an order");
    ensure!(stage.open_label(&asked).is_err(), "there is a label to open");
    window.click("button", &texts.say("done")?)?;
    window.click("button", &texts.say("room_data")?)?;
    window.find("text", &texts.say("d_empty")?)?;
    window.close()
}

/// A first order, sent and landed. Gives the window, and the name under which the shop knows Anna.
fn order_once(stage: &Stage<'_>, anna: &mut Person, texts: &Texts) -> Result<(Window, String)> {
    let (window, asked) = steps::order_first(stage, anna, texts)?;
    window.click("button", &texts.say("back_shop")?)?;
    let order = stage.land(&asked, &anna.browsed()?)?;
    window.click("button", &texts.say("done")?)?;
    Ok((window, user_ref(&order)?))
}

fn user_ref(order: &Value) -> Result<String> {
    Ok(order["user_ref"].as_str().context("the shop's order names nobody")?.to_owned())
}
