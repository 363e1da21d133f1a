//! Links that are clicked while the wallet is open, and while it is locked.

use anyhow::{Result, ensure};

use super::{ENGLISH, Stage, steps};

/// It opens at once.
pub fn warm(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let window = anna.open(&[])?;
    window.find("heading", &texts.say("w_head")?)?;
    steps::make_wallet(&window, &texts)?;
    window.find("button", &texts.say("lock_now")?)?;
    anna.click_link(&stage.ask()?.link)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    window.close()
}

/// It waits, names nobody, and lowers nothing.
pub fn while_locked(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let window = anna.open(&[])?;
    steps::make_wallet(&window, &texts)?;
    steps::lock(&window, &texts)?;
    anna.click_link(&stage.ask()?.link)?;
    window.find("text", &texts.say("l_waiting")?)?;
    ensure!(!window.text()?.contains(stage.host()), "the lock names who asks");
    ensure!(window.has("button", &texts.say("l_unlock")?)?, "the link lowered the lock");
    steps::unlock(&window, &texts)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    window.close()
}

/// Two clicks in a row: the second one neither takes the first one's place nor is lost.
pub fn two_at_once(stage: &Stage<'_>, name: &str) -> Result<()> {
    let (mut anna, texts) = stage.person(name, ENGLISH)?;
    let window = anna.open(&[])?;
    steps::make_wallet(&window, &texts)?;
    window.find("button", &texts.say("lock_now")?)?;
    let (first, second) = (stage.ask()?, stage.ask()?);
    anna.click_link(&first.link)?;
    anna.click_link(&second.link)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    steps::type_details(&window, &texts)?;
    steps::send(&window, &texts, stage.host())?;
    window.click("button", &texts.say("back_shop")?)?;
    stage.land(&first, &anna.browsed()?)?;
    window.click("button", &texts.say("done")?)?;
    ensure!(!window.has("text", &texts.say("r_empty")?)?, "the window says that nothing waits");
    stage.look(&window, name, "requests")?;
    window.click("button", &texts.say("r_fetch")?)?;
    steps::send(&window, &texts, stage.host())?;
    window.click("button", &texts.say("back_shop")?)?;
    stage.land(&second, &anna.browsed()?)?;
    window.close()
}
