//! The story, step by step: request, verify, consent, seal, deliver, reveal.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::cast::Cast;
use super::program;
use super::stage_door::Visitor;

/// Tells the story and gives what of it stands in the report that `--json` prints.
pub fn tell(cast: &Cast) -> Result<Value> {
    let mut teller = Teller::default();
    let shop = Visitor::of(&cast.sector, cast.shop_port);
    let packing = Visitor::of(&format!("127.0.0.1:{}", cast.packing_port), cast.packing_port)
        .with_key(cast.packing_key()?);

    Teller::say(&format!(
        "Anna is at {} and has shoes in her basket. She clicks \"Ship with Passerby\".",
        cast.sector
    ));
    let asked = teller.step("request", || shop.post("/api/checkout", &json!({})))?;
    let link = asked["link"].as_str().context("the shop gave no link")?;
    Teller::say("The shop signed a request and parked it at the relay. This link is all the browser gets:");
    Teller::show(link);

    let mut request = teller.step("verify", || program::ask(&mut cast.wallet(&["open", link])))?;
    let request = request["request"].take();
    Teller::say(
        "The wallet fetched the request, then the shop's keys from the shop's own site, and compared three sources:",
    );
    Teller::show(&show_request(&request));

    Teller::say("Anna agrees, and adds her phone number for the courier, but not her e-mail.");
    let number = request["number"].as_u64().context("the wallet gave the request no number")?.to_string();
    let delivered = teller.step("consent_seal_deliver", || {
        program::ask(&mut cast.wallet(&["approve", &number, "--only", "phone_number"]))
    })?;
    Teller::say(
        "The wallet sealed her details to the shop's release key and handed them to the relay, which cannot open them.",
    );

    let back = delivered["return_to"].as_str().context("the wallet gave no way back")?;
    let path = back.split_once(&cast.sector).context("the way back leads elsewhere")?.1;
    let landed = teller.step("return", || shop.get(path))?;
    let order = &landed["order"];
    Teller::say("Her browser is back at the shop, and the shop has an order. This is all it stores of Anna:");
    Teller::show(&serde_json::to_string_pretty(order)?);

    let number = order["no"].as_u64().context("the shop made no order")?;
    let opened = teller.step("reveal", || {
        packing.get(&format!("/api/orders/{number}/open?reason=packing%20order%20{number}"))
    })?;
    let opened = opened["opened"].clone();
    Teller::say("At the packing table, where the release key lives, the label is opened:");
    Teller::show(&serde_json::to_string_pretty(&opened)?);

    let released = delivered["released"].clone();
    let held = in_vault(cast, &released)?;
    let ok = opened.is_object() && opened == held;
    Teller::say(if ok {
        "It is what Anna's wallet holds, to the letter."
    } else {
        "It is NOT what Anna's wallet holds."
    });

    let mut requested = names(&request["needed"]);
    requested.append(&mut names(&request["optional"]));
    Ok(json!({
        "ok": ok,
        "user_ref": order["user_ref"],
        "grant_id": order["grant_id"],
        "requested": requested,
        "released": released,
        "opened": opened,
        "ms": teller.ms,
    }))
}

/// What the vault holds under the names that were sent: what must come out at the packing table.
fn in_vault(cast: &Cast, sent: &Value) -> Result<Value> {
    let held = program::ask(&mut cast.wallet(&["show"]))?;
    let mut values = json!({});
    for detail in held["details"].as_array().into_iter().flatten() {
        let name = detail["name"].as_str().unwrap_or_default();
        if sent.as_array().is_some_and(|sent| sent.iter().any(|sent| sent == name)) {
            values[name] = detail["value"].clone();
        }
    }
    Ok(values)
}

fn show_request(request: &Value) -> String {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let known = if request["known_since"].is_null() { "first time" } else { "known" };
    [
        format!("{} ({known}), calls itself \"{}\"", text("sector"), text("name")),
        format!("  needed:       {}", names(&request["needed"]).join(", ")),
        format!("  your choice:  {}", names(&request["optional"]).join(", ")),
        format!("  what for:     \"{}\"", text("purpose")),
        format!("  kept until:   {}", text("kept_until").split('T').next().unwrap_or_default()),
    ]
    .join("\n")
}

/// The names in a list of details.
fn names(details: &Value) -> Vec<String> {
    let names = details.as_array().into_iter().flatten().filter_map(|detail| detail["name"].as_str());
    names.map(str::to_owned).collect()
}

#[derive(Default)]
struct Teller {
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

    fn say(text: &str) {
        eprintln!("\n{text}");
    }

    fn show(text: &str) {
        for line in text.lines() {
            eprintln!("    {line}");
        }
    }
}
