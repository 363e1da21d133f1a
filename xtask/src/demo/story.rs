//! The story, step by step: request, verify, consent, seal, deliver, reveal.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, Write as _},
    time::Instant,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::cast::{Cast, details};
use super::program;
use super::stage_door::Visitor;

/// Tells the story and gives the report that `--json` prints.
pub fn tell(cast: Cast, pauses: bool) -> Result<(Value, Cast)> {
    let mut teller = Teller { pauses, ms: BTreeMap::new() };
    let shop = Visitor::of(&cast.sector, cast.shop_port);
    let packing = Visitor::of(&format!("127.0.0.1:{}", cast.packing_port), cast.packing_port);

    teller.say(&format!(
        "Anna is at {} and has shoes in her basket. She clicks \"Ship with Passerby\".",
        cast.sector
    ));
    let asked = teller.step("request", || shop.post("/api/checkout", &json!({})))?;
    let link = asked["link"].as_str().context("the shop gave no link")?;
    teller.say("The shop signed a request and parked it at the relay. This link is all the browser gets:");
    Teller::show(link);

    let request = teller.step("verify", || program::ask(&mut cast.wallet(&["open", link])))?;
    teller.say("The wallet fetched the request, then the shop's keys from the shop's own site, and compared three sources:");
    Teller::show(&show_request(&request));

    teller.say("Anna agrees, and adds her phone number for the courier, but not her e-mail.");
    let number = request["request"].as_str().context("the wallet gave the request no name")?;
    let sent = teller.step("consent_seal_deliver", || {
        program::ask(&mut cast.wallet(&["approve", number, "--only", "phone_number"]))
    })?;
    teller.say("The wallet sealed her details to the shop's release key and handed them to the relay, which cannot open them.");

    let back = sent["return_to"].as_str().context("the wallet gave no way back")?;
    let path = back.split_once(&cast.sector).context("the way back leads elsewhere")?.1;
    let landed = teller.step("return", || shop.get(path))?;
    let order = &landed["order"];
    teller.say("Her browser is back at the shop, and the shop has an order. This is all it stores of Anna:");
    Teller::show(&serde_json::to_string_pretty(order)?);

    let number = order["no"].as_u64().context("the shop made no order")?;
    let opened = teller.step("reveal", || {
        packing.get(&format!("/api/orders/{number}/open?reason=packing%20order%20{number}"))
    })?;
    let opened = opened["opened"].clone();
    teller.say("At the packing table, where the release key lives, the label is opened:");
    Teller::show(&serde_json::to_string_pretty(&opened)?);

    let released = in_vault(&cast, &sent["released"])?;
    let ok = opened.is_object() && opened == released;
    teller.say(if ok {
        "It is what Anna's wallet holds, to the letter."
    } else {
        "It is NOT what Anna's wallet holds."
    });

    let mut report = json!({
        "ok": ok,
        "user_ref": order["user_ref"],
        "grant_id": order["grant_id"],
        "requested": { "required": request["required"], "optional": request["optional"] },
        "released": released,
        "opened": opened,
        "ms": teller.ms,
    });
    for (name, files) in cast.traces().as_object().into_iter().flatten() {
        report[name] = files.clone();
    }
    Ok((report, cast))
}

/// What the vault holds under the names that were sent: what must come out at the packing table.
fn in_vault(cast: &Cast, names: &Value) -> Result<Value> {
    let held = program::ask(&mut cast.wallet(&["show"]))?;
    let mut released = json!({});
    for name in names.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let value = &held["attributes"][name];
        anyhow::ensure!(*value == details()[name], "the wallet holds another {name} than it was given");
        released[name] = value.clone();
    }
    Ok(released)
}

fn show_request(request: &Value) -> String {
    let list = |name: &str| {
        let names = request[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    format!(
        "{} ({})\n  needed: {}\n  your choice: {}\n  what for: \"{}\"",
        request["sector"].as_str().unwrap_or_default(),
        request["familiarity"].as_str().unwrap_or("known"),
        list("required"),
        list("optional"),
        request["purpose"].as_str().unwrap_or_default(),
    )
}

struct Teller {
    pauses: bool,
    ms: BTreeMap<&'static str, u128>,
}

impl Teller {
    /// Runs a step and notes how long it took.
    fn step<T>(&mut self, name: &'static str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let result = run().with_context(|| format!("in the step {name}"))?;
        self.ms.insert(name, start.elapsed().as_millis());
        Ok(result)
    }

    /// Says what happens. With pauses, waits for Enter before it goes on.
    fn say(&self, text: &str) {
        if self.pauses && !self.ms.is_empty() {
            eprint!("\n  [Enter] ");
            drop(std::io::stderr().flush());
            drop(std::io::stdin().lock().read_line(&mut String::new()));
        }
        eprintln!("\n{text}");
    }

    fn show(text: &str) {
        for line in text.lines() {
            eprintln!("    {line}");
        }
    }
}
