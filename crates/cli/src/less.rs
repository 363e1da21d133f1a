//! Less instead of the whole: what a shop would also do with, in words, in JSON, and as a question at a terminal.

use std::collections::BTreeMap;

use passerby_protocol::claim::ClaimName;
use passerby_wallet::{ChoiceError, Group, Label, Offer, RequestView, Way};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::Output;
use crate::prompt::ask;
use crate::request_text::{HIDDEN, in_one_line};

/// What stands behind `--less`: a detail, and what goes instead.
pub type Named = (Group, Vec<ClaimName>);

/// Reads `birthdate=age_over_18`, `address=country`, `address=locality+country`.
pub fn parse(text: &str) -> Result<Named, String> {
    let (group, names) = text.split_once('=').ok_or("such as birthdate=age_over_18 is needed")?;
    let group = Group::parse(group).map_err(|refused| refused.to_string())?;
    let name = |name: &str| {
        let member = ClaimName::parse(&format!("{group}.{name}"));
        member.or_else(|_| ClaimName::parse(name)).map_err(|refused| refused.to_string())
    };
    let names = names.split('+').map(name).collect::<Result<_, _>>()?;
    Ok((group, names))
}

/// The ways that were named, by their numbers.
pub fn find_ways(offers: &[Offer], named: Vec<Named>) -> Result<BTreeMap<Group, usize>, Failure> {
    let mut less = BTreeMap::new();
    for (group, names) in named {
        let offer = offers.iter().find(|offer| offer.group == group);
        let Some(way) = offer.and_then(|offer| offer.find(&names)) else {
            return Err(Failure::of_step(&ChoiceError::NoSuchWay(group)));
        };
        if less.insert(group, way).is_some() {
            return Err(Failure::usage("--less names a detail twice."));
        }
    }
    Ok(less)
}

/// What would do instead, with the texts that the shop would read.
pub fn lines(
    view: &RequestView,
    uses: &BTreeMap<Group, Label>,
    less: &BTreeMap<Group, usize>,
) -> Vec<String> {
    if view.offers.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "  Less would do (your own word, not a proof)".to_owned()];
    for offer in &view.offers {
        let (group, label) = (&offer.group, uses.get(&offer.group));
        for (number, way) in offer.ways.iter().enumerate().skip(1) {
            let goes = if less.get(group) == Some(&number) { "   [goes]" } else { "" };
            let name = name_of(way);
            lines.push(format!("    {name}: {}   (--less {group}={name}){goes}", text_of(way, label)));
        }
    }
    lines
}

/// The same for machines: names, no values.
pub fn objects(offers: &[Offer]) -> Vec<Value> {
    let way = |way: &Way| {
        json!({
            "names": way.names().collect::<Vec<_>>(),
            "saved": way.find_text(None).is_some(),
            "sensitive": way.is_sensitive(None),
        })
    };
    let object = |offer: &Offer| {
        json!({
            "detail": offer.group.as_str(),
            "needed": offer.needed,
            "ways": offer.ways.iter().map(way).collect::<Vec<_>>(),
        })
    };
    offers.iter().map(object).collect()
}

/// Asks which way goes where none was named; of what is the person's choice only if `optional`. Says whether anything was
/// asked.
pub fn ask_ways(
    view: &RequestView,
    uses: &BTreeMap<Group, Label>,
    less: &mut BTreeMap<Group, usize>,
    optional: bool,
) -> Result<bool, Failure> {
    let mut asked = false;
    for offer in view.offers.iter().filter(|offer| offer.needed || optional) {
        if !less.contains_key(&offer.group) {
            asked = true;
            if let Some(way) = ask_way(offer, uses.get(&offer.group))? {
                less.insert(offer.group.clone(), way);
            }
        }
    }
    Ok(asked)
}

fn ask_way(offer: &Offer, label: Option<&Label>) -> Result<Option<usize>, Failure> {
    let group = &offer.group;
    let ways = offer.ways.iter().skip(1);
    let way = |way: &Way| {
        let text = text_of(way, label);
        let text = if text == HIDDEN { text } else { format!("({text})") };
        format!("{} {text}", name_of(way))
    };
    let ways = ways.map(way).collect::<Vec<_>>();
    let question = if offer.needed {
        format!(
            "Less than the whole {group} would do: {}. Which goes? (Enter for the whole):",
            ways.join(", ")
        )
    } else {
        format!(
            "Your choice: {group}. Less would do: {}. Which goes? (whole, or Enter for none):",
            ways.join(", ")
        )
    };
    loop {
        let typed = ask(&question)?;
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        if typed == "whole" {
            return Ok(Some(0));
        }
        if let Some(way) = offer.ways.iter().position(|way| name_of(way) == typed) {
            return Ok(Some(way));
        }
        Output::remark("That is not one of them.");
    }
}

/// As it is typed: `age_over_18`, `locality+country`.
fn name_of(way: &Way) -> String {
    let short = |claim: &ClaimName| claim.find_address_member().unwrap_or(claim.as_str()).to_owned();
    way.names().map(short).collect::<Vec<_>>().join("+")
}

fn text_of(way: &Way, label: Option<&Label>) -> String {
    match way.find_text(label) {
        Some(_) if way.is_sensitive(label) => HIDDEN.to_owned(),
        Some(text) => in_one_line(text.expose()),
        None => "empty: you have not saved this yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_instead_is_named_in_short() {
        let names = |text: &str| {
            let (group, names) = parse(text).unwrap();
            (group.to_string(), names.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(names("birthdate=age_over_18"), ("birthdate".into(), vec!["age_over_18".into()]));
        let area = vec!["address.locality".to_owned(), "address.country".to_owned()];
        assert_eq!(names("address=locality+country"), ("address".into(), area.clone()));
        assert_eq!(names("address=address.locality+address.country"), ("address".into(), area));
        for text in
            ["birthdate", "address.country=country", "birthdate=", "birthdate=a b", "address=country+"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
