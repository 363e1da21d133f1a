//! vCards: names, addresses, telephone, e-mail, birthday, firm (RFC 6350 sections 6.2 to 6.6).

use calcard::common::PartialDateTime;
use calcard::vcard::{VCard, VCardEntry, VCardParameterName, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use passerby_protocol::claim::ClaimName;

use super::{Imported, MOST_CARDS, Why, count};
use crate::label::{LONGEST_LABEL, Label};

/// The parts of `ADR` that are details, by their place (RFC 6350 section 6.3.1).
const ADDRESS: [(usize, &str); 5] = [
    (2, "address.street_address"),
    (3, "address.locality"),
    (4, "address.region"),
    (5, "address.postal_code"),
    (6, "address.country"),
];

/// The parts of `N` that are details, by their place (section 6.2.2).
const NAME: [(usize, &str); 3] = [(0, "family_name"), (1, "given_name"), (2, "middle_name")];

pub(super) fn parse(text: &str) -> Imported {
    let mut imported = Imported::default();
    let mut parser = Parser::new(text);
    let mut person = 0;
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                person += 1;
                take_person(&mut imported, &card, person);
            }
            Entry::Eof => break,
            Entry::TooManyComponents => {
                imported.skip(count(person + 1), Why::TooMany);
                break;
            }
            _ => imported.skip(count(person + 1), Why::Unreadable),
        }
    }
    imported
}

/// The first person of a file is the one whose wallet it is; others are told apart by their names. Several addresses of one
/// person are told apart by their kind: `home`, `work`.
fn take_person(imported: &mut Imported, card: &VCard, person: usize) {
    let line = count(person);
    let name = card.property(&VCardProperty::Fn).and_then(|entry| text_at(entry, 0)).unwrap_or_default();
    let own = if person == 1 { String::new() } else { name };
    let mut addresses = 0;
    for entry in &card.entries {
        let (label, parts): (_, Vec<_>) = match entry.name {
            VCardProperty::Fn => (label(&own, None), vec![(0, "name")]),
            VCardProperty::N => (label(&own, None), NAME.to_vec()),
            VCardProperty::Tel => (label(&own, None), vec![(0, "phone_number")]),
            VCardProperty::Email => (label(&own, None), vec![(0, "email")]),
            VCardProperty::Org => (label(&own, None), vec![(0, "company")]),
            VCardProperty::Bday => (label(&own, None), vec![(0, "birthdate")]),
            VCardProperty::Adr => {
                addresses += 1;
                let kind = (addresses > 1).then(|| kind_of(entry, addresses));
                (label(&own, kind.as_deref()), ADDRESS.to_vec())
            }
            _ => continue,
        };
        if !imported.cards.contains_key(&label) && imported.cards.len() == MOST_CARDS {
            imported.skip(line, Why::TooMany);
            return;
        }
        for (place, claim) in parts {
            if let (Some(text), Ok(claim)) = (text_at(entry, place), ClaimName::parse(claim))
                && !text.trim().is_empty()
            {
                imported.take(line, &label, &claim, text.trim().trim_start_matches("tel:"));
            }
        }
    }
}

/// What tells a card apart, as far as it can be a label.
fn label(person: &str, kind: Option<&str>) -> Label {
    let text = [person, kind.unwrap_or_default()].join(" ");
    let fits = |c: &char| !c.is_control() && !matches!(c, ',' | '=');
    let text: String = text.trim().chars().filter(fits).take(LONGEST_LABEL).collect();
    Label::parse(&text).unwrap_or_default()
}

fn kind_of(entry: &VCardEntry, place: usize) -> String {
    let mut kinds = entry.parameters(&VCardParameterName::Type).filter_map(|value| value.as_text());
    kinds.next().map_or_else(|| place.to_string(), str::to_lowercase)
}

/// The text at a place of a value that has parts; a date as ISO 8601 has it, if it is whole.
fn text_at(entry: &VCardEntry, place: usize) -> Option<String> {
    match entry.values.get(place)? {
        VCardValue::Text(text) => Some(text.clone()),
        VCardValue::Component(parts) => Some(parts.join(", ")),
        VCardValue::PartialDateTime(PartialDateTime {
            year: Some(year),
            month: Some(month),
            day: Some(day),
            ..
        }) => Some(format!("{year:04}-{month:02}-{day:02}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(read: &'a Imported, label: &str, claim: &str) -> &'a str {
        read.cards[&Label::parse(label).unwrap()][&ClaimName::parse(claim).unwrap()].expose()
    }

    #[test]
    fn a_person_comes_with_name_addresses_and_birthday() {
        let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Анна Пример\r\nN:Пример;Анна;;;\r\nBDAY:19850412\r\n\
            TEL;VALUE=uri:tel:+386-1-555-0100\r\nEMAIL;TYPE=home:anna@home.example\r\n\
            ADR;TYPE=home:;;Slomškova 8;Ljubljana;;1000;Slovenia\r\n\
            ADR;TYPE=work:;;Dunajska 5\\, 2. nadstropje;Ljubljana;;1000;Slovenia\r\nPHOTO:data:x\r\nEND:VCARD\r\n\
            BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Mum\r\nADR:;;Gozdna 3;Maribor;;2000;Slovenia\r\nEND:VCARD\r\n";
        let read = parse(text);
        assert_eq!(value(&read, "", "name"), "Анна Пример");
        assert_eq!(value(&read, "", "birthdate"), "1985-04-12");
        assert_eq!(value(&read, "", "phone_number"), "+386-1-555-0100");
        assert_eq!(value(&read, "", "address.postal_code"), "1000");
        assert_eq!(value(&read, "work", "address.street_address"), "Dunajska 5, 2. nadstropje");
        assert_eq!(value(&read, "Mum", "address.locality"), "Maribor");
        assert_eq!(read.skipped, []);
    }

    #[test]
    fn nonsense_and_ten_megabytes_of_it_end_in_something_that_can_be_shown() {
        for text in
            ["BEGIN:VCARD", "BEGIN:VCARD\r\nEND:VCARD", "BEGIN:VCARD\r\nBEGIN:VCARD\r\nFN:\u{7}\r\nEND:VCARD"]
        {
            let read = parse(text);
            assert!(read.cards.values().all(|card| !card.is_empty()), "{text:?}");
        }
        let one = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Somebody else\r\nEMAIL:x@home.example\r\nEND:VCARD\r\n";
        let many: String = (0..130_000).map(|n| one.replace("else", &n.to_string())).collect();
        assert!(many.len() > 10_000_000);
        assert_eq!(parse(&many).cards.len(), MOST_CARDS);
    }
}
