//! Every room as it is in one language and look: a picture of each, and nothing for axe-core to find.

use anyhow::Result;

use super::{Stage, steps, ways_back};
use crate::e2e::{driver::Window, person::Computer, texts::Texts};

/// Walks through all of them with a wallet that is made on the way.
pub fn tell(stage: &Stage<'_>, name: &str, computer: Computer) -> Result<()> {
    let (mut anna, texts) = stage.person(name, computer)?;
    let look = |window: &Window, place: &str| stage.look(window, name, place);
    let window = anna.open(&[])?;
    window.find("heading", &texts.say("w_head")?)?;
    look(&window, "welcome")?;
    window.click("button", &texts.say("w_restore")?)?;
    window.find("heading", &texts.say("w_restore_head")?)?;
    look(&window, "restore")?;
    window.click("button", &texts.say("back")?)?;
    steps::make_wallet(&window, &texts)?;
    for (room, empty) in
        [("data", "d_empty"), ("requests", "r_empty"), ("shops", "s_empty"), ("activity", "a_empty")]
    {
        enter(&window, &texts, room)?;
        window.find("text", &texts.say(empty)?)?;
        look(&window, &format!("{room}-empty"))?;
    }

    anna.click_link(&stage.ask()?.link)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    steps::type_details(&window, &texts)?;
    look(&window, "consent-first")?;
    steps::send(&window, &texts, stage.host())?;
    look(&window, "sent")?;
    window.click("button", &texts.say("k_make")?)?;
    window.find("heading", &texts.say("k_room")?)?;
    look(&window, "spare-key")?;
    let words = ways_back::read_spare_key(&window, &texts)?;
    look(&window, "spare-key-sheet")?;
    ways_back::check_sheet(&window, &texts, &words)?;

    enter(&window, &texts, "requests")?;
    steps::paste_link(&window, &texts, &stage.ask()?.link)?;
    window.find("button", &steps::send_button(&texts, stage.host())?)?;
    look(&window, "consent-known")?;
    window.click("button", &texts.say("dont")?)?;
    window.find("heading", &texts.say("sent_nothing")?)?;
    look(&window, "declined")?;
    window.click("button", &texts.say("done")?)?;

    steps::paste_link(&window, &texts, &stage.ask()?.link)?;
    window.click("button", &texts.say("dont_later")?)?;
    // Where an answer ends.
    window.find("button", &format!("{}: {}", texts.say("r_look")?, stage.host()))?;
    look(&window, "requests")?;
    for (room, there) in [("data", "d_export"), ("settings", "x_backup")] {
        enter(&window, &texts, room)?;
        window.find("button", &texts.say(there)?)?;
        look(&window, room)?;
    }
    enter(&window, &texts, "activity")?;
    window.find("text", &texts.say("a_declined")?)?;
    look(&window, "activity")?;
    enter(&window, &texts, "shops")?;
    window.click("button", &format!("{}: {}", texts.say("s_has")?, stage.host()))?;
    window.find("button", &texts.say("s_ask")?)?;
    look(&window, "shops")?;
    steps::lock(&window, &texts)?;
    look(&window, "locked")?;
    window.close()
}

fn enter(window: &Window, texts: &Texts, room: &str) -> Result<()> {
    let title = texts.say(&format!("room_{room}"))?;
    window.click("button", &title)?;
    window.find("heading", &title).map(drop)
}
