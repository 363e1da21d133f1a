//! What was opened, as staff read it: an address block, then the rest.

use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::reveal::Disclosure;
use zeroize::Zeroizing;

use crate::printable::to_printable;

/// A label to be pasted on a parcel, with what else was sent below it. Ends with a line break; wiped when dropped.
#[must_use]
pub fn write_label(disclosure: &Disclosure) -> Zeroizing<String> {
    let mut left: Vec<(&ClaimName, &AttributeValue)> = disclosure.values.iter().collect();
    let mut take = |name: &str| -> Zeroizing<String> {
        let found =
            left.iter().position(|(claim, _)| claim.as_str() == name).map(|place| left.remove(place).1);
        Zeroizing::new(found.map(|value| value.expose().to_owned()).unwrap_or_default())
    };

    let mut label = Zeroizing::new(String::with_capacity(4_096));
    let whole_name = take("name");
    if whole_name.is_empty() {
        let (given, family) = (take("given_name"), take("family_name"));
        push_line(&mut label, &[&given, &family]);
    } else {
        push_line(&mut label, &[&whole_name]);
    }
    let street = take("address.street_address");
    let block = if street.is_empty() { take("address.formatted") } else { street };
    for line in block.lines() {
        push_line(&mut label, &[line]);
    }
    let (code, place) = (take("address.postal_code"), take("address.locality"));
    push_line(&mut label, &[&code, &place]);
    for name in ["address.region", "address.country"] {
        let line = take(name);
        push_line(&mut label, &[&line]);
    }

    let above = !label.is_empty();
    for (number, (claim, value)) in left.iter().enumerate() {
        label.push_str(if number == 0 && above { "\n" } else { "" });
        push_line(&mut label, &[&format!("{claim}:"), value.expose()]);
    }
    label
}

/// One line of the parts that are not empty; none if all are.
fn push_line(label: &mut String, parts: &[&str]) {
    let before = label.len();
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        label.push_str(if label.len() == before { "" } else { " " });
        label.push_str(&Zeroizing::new(to_printable(part)));
    }
    label.push_str(if label.len() == before { "" } else { "\n" });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(values: &[(&str, &str)]) -> String {
        let read = |(name, value): &(&str, &str)| {
            (ClaimName::parse(name).unwrap(), AttributeValue::new((*value).to_owned()))
        };
        let values = values.iter().map(read).collect();
        write_label(&Disclosure { by_another_wallet: false, values }).to_string()
    }

    #[test]
    fn an_address_comes_first_and_the_rest_below() {
        let values = [
            ("email", "anna@example.org"),
            ("address.country", "DE"),
            ("address.locality", "Berlin"),
            ("name", "Anna Beispiel"),
            ("address.postal_code", "10115"),
            ("phone_number", "+49 30 1"),
            ("address.street_address", "Weg 1\nHinterhaus"),
        ];
        let expected = "Anna Beispiel\nWeg 1\nHinterhaus\n10115 Berlin\nDE\n\nemail: anna@example.org\nphone_number: +49 30 1\n";
        assert_eq!(label(&values), expected);
    }

    #[test]
    fn a_label_without_an_address_is_the_rest_alone() {
        assert_eq!(label(&[("email", "anna@example.org")]), "email: anna@example.org\n");
        assert_eq!(label(&[("given_name", "Anna"), ("family_name", "B")]), "Anna B\n");
        assert_eq!(label(&[]), "");
    }

    #[test]
    fn a_value_cannot_steer_the_terminal() {
        assert_eq!(
            label(&[("name", "A\u{1b}[2JB"), ("email", "x\ny: z")]),
            "A\u{fffd}[2JB\n\nemail: x\u{fffd}y: z\n"
        );
    }
}
