//! A checked request, in words and in JSON: who, what, why, how long, who else.

use std::collections::BTreeMap;

use passerby_protocol::claim::ClaimName;
use passerby_protocol::keys::find_friendly_name;
use passerby_protocol::sector::Sector;
use passerby_wallet::{Answer, BroughtBack, Detail, Group, Label, Lookalike, Names, RequestView};
use serde_json::{Value, json};

use crate::failure::{Failure, sentence};
use crate::less;
use crate::moment::{day, minute, rfc3339};

/// What a person reads before deciding, with the values that go: the default ones, or those named in `uses`; and what would
/// do instead, of which `less` goes.
pub fn lines(
    view: &RequestView,
    uses: &BTreeMap<Group, Label>,
    less: &BTreeMap<Group, usize>,
) -> Vec<String> {
    let mut lines = vec![format!("Request {}: {}", view.number, headline(view)), String::new()];
    let mut say = |text: String| lines.push(format!("  {text}"));
    say(format!("Calls itself \"{}\"", view.name));
    say(view.checked());
    for text in lookalike(&view.sector, &view.lookalike) {
        say(text);
    }
    if view.new_main_keys {
        say("This shop has new main keys, as it announced.".to_owned());
    }
    if let Some(found) = view.brought_back {
        say(sentence(brought_back(found)));
    }
    for text in history(view) {
        say(text);
    }
    say(String::new());
    say(format!("What for, in the shop's words: \"{}\"", view.terms.purpose));
    say(format!(
        "Kept until: the shop promises to delete it by {} ({}).",
        day(view.kept_until),
        days(view.terms.retention)
    ));
    if !view.terms.recipients.is_empty() {
        say(format!("The shop says it passes this on to: {}.", view.terms.recipients.join(", ")));
    }
    say(format!("Travels sealed through {}, which carries it and cannot open it.", view.relay));
    say(format!("The shop's privacy policy: {}", view.policy_uri));

    lines.extend(table(&view.needed, &view.optional, &view.news.new_claims, uses));
    lines.extend(less::lines(view, uses, less));
    if !view.dropped.is_empty() {
        lines.push(String::new());
        let names = names(&view.dropped).join(", ");
        lines.push(format!(
            "  Will not be sent: {names}. The shop never announced that it would ask for this."
        ));
    }
    lines.push(String::new());
    lines.push(format!("  Answer until {}.", minute(view.answer_by)));
    lines.push(String::new());
    lines
}

/// The same for machines: names, no values.
pub fn object(view: &RequestView) -> Value {
    json!({
        "number": view.number,
        "sector": view.sector,
        "lookalike": lookalike_object(&view.lookalike),
        "name": view.name,
        "this_computer": view.this_computer,
        "relay": view.relay,
        "known_since": view.known_since.map(rfc3339),
        "new_main_keys": view.new_main_keys,
        "needed": detail_objects(&view.needed),
        "optional": detail_objects(&view.optional),
        "less": less::objects(&view.offers),
        "dropped": view.dropped,
        "purpose": view.terms.purpose,
        "retention_days": view.terms.retention,
        "kept_until": rfc3339(view.kept_until),
        "recipients": view.terms.recipients,
        "policy": view.policy_uri,
        "answer_by": rfc3339(view.answer_by),
        "brought_back": view.brought_back.map(|found| matches!(found, BroughtBack::Copy { .. })),
        "known_as": view.known_as,
        "friendly_name": find_name(view),
        "names": match view.names {
            Names::Either => json!(["regular", "stranger"]),
            Names::Regular => json!(["regular"]),
            Names::Stranger => json!(["stranger"]),
        },
        "times_sent": view.news.times_sent,
        "last_sent": view.news.last_sent.map(rfc3339),
        "new": {
            "details": view.news.new_claims,
            "retention_days_before": view.news.shorter_before,
            "purpose_before": view.news.purpose_before,
            "recipients": view.news.new_recipients,
            "moved": view.news.moved.iter().map(|moved| moved.group.as_str()).collect::<Vec<_>>(),
        },
    })
}

/// What is needed and what may be chosen, with the values that go, in one column; details among `new` are marked.
pub fn table(
    needed: &[Detail],
    optional: &[Detail],
    new: &[ClaimName],
    uses: &BTreeMap<Group, Label>,
) -> Vec<String> {
    let width = needed.iter().chain(optional).map(|detail| detail.claim.as_str().len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (head, details) in [("Needed", needed), ("Your choice", optional)] {
        if !details.is_empty() {
            lines.push(String::new());
            lines.push(format!("  {head}"));
            lines.extend(details.iter().map(|detail| row(detail, new, uses, width)));
        }
    }
    lines
}

/// Details for machines: names and labels, no values.
pub fn detail_objects(details: &[Detail]) -> Vec<Value> {
    let object = |detail: &Detail| {
        json!({
            "name": detail.claim,
            "saved": detail.value.is_some(),
            "label": detail.label.find_text(),
            "other_labels": detail.others.iter().map(|held| held.label.as_str()).collect::<Vec<_>>(),
            "sensitive": detail.value.as_ref().is_some_and(|held| held.sensitive),
        })
    };
    details.iter().map(object).collect()
}

fn headline(view: &RequestView) -> String {
    let known = match view.known_since {
        Some(since) if view.news.times_sent > 0 => format!("known since {}", day(since)),
        _ => "first time".to_owned(),
    };
    let here = if view.this_computer { ", a program on this computer" } else { "" };
    format!("{} ({known}{here})", view.sector)
}

/// Under which two words the shop knows this person.
fn find_name(view: &RequestView) -> Option<String> {
    view.known_as.as_deref().and_then(find_friendly_name)
}

fn history(view: &RequestView) -> Vec<String> {
    let news = &view.news;
    let Some(last) = news.last_sent else {
        return vec!["You have never sent anything to this shop.".to_owned()];
    };
    let mut texts = Vec::new();
    if let Some(name) = find_name(view) {
        texts.push(format!("You shop here as {name}."));
    }
    if news.is_nothing_new() {
        texts.push(format!("Asks for the same as on {}. Nothing new.", day(last)));
        return texts;
    }
    if let Some(before) = &news.purpose_before {
        texts.push(format!("The reason has changed. Before: \"{before}\"."));
    }
    if let Some(before) = news.shorter_before {
        texts.push(format!(
            "Wants to keep it longer: {} instead of {}.",
            days(view.terms.retention),
            days(before)
        ));
    }
    for moved in &news.moved {
        let had = match moved.had.find_text() {
            _ if moved.had == moved.sends => "an older one".to_owned(),
            Some(label) => format!("the one you call {label}"),
            None => "the one without a label".to_owned(),
        };
        texts.push(format!("Has another {} of yours than would go now: {had}.", moved.group));
    }
    if !news.new_recipients.is_empty() {
        texts.push(format!("Passes it on to somebody new: {}.", news.new_recipients.join(", ")));
    }
    texts
}

/// What the eye may miss about a host.
pub fn lookalike(host: &Sector, found: &Lookalike) -> Vec<String> {
    let written = found.written_out.as_ref();
    let written = written
        .map(|written| format!("Look closely: the real address is {host}. It only looks like {written}."));
    let other = found.resembles.as_ref().map(|other| {
        format!("This is not {}, which you have known since {}.", other.sector, day(other.since))
    });
    written.into_iter().chain(other).collect()
}

/// The same for machines.
pub fn lookalike_object(found: &Lookalike) -> Value {
    json!({
        "written_out": found.written_out,
        "resembles": found.resembles.as_ref().map(|other| &other.sector),
    })
}

/// What a relay server had of the time before a restore.
pub const fn brought_back(found: BroughtBack) -> &'static str {
    match found {
        BroughtBack::Copy { .. } => {
            "your copy came back from the relay server: you shared with this shop before"
        }
        _ => "the relay server handed out something that is not your copy; it was ignored",
    }
}

fn row(detail: &Detail, new: &[ClaimName], uses: &BTreeMap<Group, Label>, width: usize) -> String {
    let named = uses.get(&Group::of(&detail.claim));
    let label = named.unwrap_or(&detail.label);
    let value = match detail.find(named) {
        Some(held) if held.sensitive => HIDDEN.to_owned(),
        Some(held) => in_one_line(held.value.expose()),
        None => "empty: you have not saved this yet".to_owned(),
    };
    let default = detail.value.iter().filter(|_| named.is_some_and(|named| *named != detail.label));
    let others = detail.others.iter().filter(|held| held.label != *label);
    let others = others.chain(default).map(|held| held.label.to_string()).collect::<Vec<_>>();
    let others = (!others.is_empty()).then(|| format!("[also saved: {}]", others.join(", ")));
    let new = new.contains(&detail.claim).then(|| "[new this time]".to_owned());
    let label = label.find_text().map(|label| format!("({label})"));
    let text = [Some(value), label, others, new].into_iter().flatten().collect::<Vec<_>>().join("   ");
    format!("    {:width$}  {text}", detail.claim.as_str())
}

/// What to know once something went to a shop as a stranger's.
pub const AS_STRANGER: &str = "It went under a name for this alone. That name is in this wallet and its backups; your 24 words do not bring it back.";

/// What stands in place of a sensitive value.
pub const HIDDEN: &str = "(hidden: very personal)";

/// A street address has lines; here they stand in one.
pub fn in_one_line(value: &str) -> String {
    value.replace('\n', ", ")
}

/// What goes with this answer, once values other than the default ones could be chosen.
pub fn going_lines(view: &RequestView, answer: &Answer) -> Result<Vec<String>, Failure> {
    let going = view.going(answer).map_err(|error| Failure::of_step(&error))?;
    let line = |going: &passerby_wallet::Going| {
        let value = if going.sensitive { HIDDEN.to_owned() } else { in_one_line(going.value.expose()) };
        format!("    {}  {value}", going.claim)
    };
    Ok(std::iter::once("  Goes:".to_owned()).chain(going.iter().map(line)).collect())
}

fn days(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

pub fn names(claims: &[ClaimName]) -> Vec<&str> {
    claims.iter().map(ClaimName::as_str).collect()
}
