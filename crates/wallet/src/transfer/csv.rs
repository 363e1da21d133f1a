//! Tables (RFC 4180): what this wallet writes, `detail,label,value`, or a column for each detail and a line for each card.

use std::io;

use passerby_protocol::claim::ClaimName;
use zeroize::Zeroizing;

use super::{ImportError, Imported, MOST_CARDS, Why, count};
use crate::attributes::AttributeView;
use crate::label::Label;

const HEAD: [&str; 3] = ["detail", "label", "value"];

pub(super) fn parse(text: &str) -> Result<Imported, ImportError> {
    let mut reader =
        ::csv::ReaderBuilder::new().flexible(true).trim(::csv::Trim::All).from_reader(text.as_bytes());
    let head: Vec<_> =
        reader.headers().map_err(|_| ImportError::Unknown)?.iter().map(str::to_lowercase).collect();
    let column = |name: &str| head.iter().position(|found| found == name);
    let (detail, label, value) = (column(HEAD[0]), column(HEAD[1]), column(HEAD[2]));
    let claims: Vec<_> = head.iter().map(|name| ClaimName::parse(name).ok()).collect();
    let is_list = detail.is_some() && value.is_some();
    if !is_list && claims.iter().flatten().all(|claim| !is_known(claim)) {
        return Err(ImportError::Unknown);
    }
    let mut imported = Imported::default();
    for (place, record) in reader.records().enumerate() {
        // The head is line 1.
        let line = count(place + 2);
        let Ok(record) = record else {
            imported.skip(line, Why::Unreadable);
            continue;
        };
        let field = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default();
        let Ok(label) = Label::parse(field(label)) else {
            imported.skip(line, Why::Unreadable);
            continue;
        };
        if !imported.cards.contains_key(&label) && imported.cards.len() == MOST_CARDS {
            imported.skip(line, Why::TooMany);
            continue;
        }
        if is_list {
            match ClaimName::parse(field(detail)) {
                Ok(claim) => imported.take(line, &label, &claim, field(value)),
                Err(_) => imported.skip(line, Why::UnknownDetail),
            }
            continue;
        }
        for (claim, text) in claims.iter().zip(record.iter()) {
            if let Some(claim) = claim.as_ref().filter(|claim| is_known(claim) && !text.is_empty()) {
                imported.take(line, &label, claim, text);
            }
        }
    }
    Ok(imported)
}

/// A column is only taken for a detail when it has the name of one that people have: any word could be a claim's name.
fn is_known(claim: &ClaimName) -> bool {
    const KNOWN: [&str; 10] = [
        "name",
        "given_name",
        "middle_name",
        "family_name",
        "email",
        "phone_number",
        "birthdate",
        "gender",
        "company",
        "vat_number",
    ];
    claim.find_address_member().is_some() || KNOWN.contains(&claim.as_str())
}

pub(super) fn write(details: &[AttributeView]) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::new());
    let mut writer = ::csv::Writer::from_writer(&mut *text);
    writer.write_record(HEAD)?;
    for detail in details {
        writer.write_record([detail.claim.as_str(), detail.label.as_str(), detail.value.expose()])?;
    }
    writer.flush()?;
    drop(writer);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use passerby_protocol::claim::AttributeValue;
    use passerby_protocol::time::Timestamp;

    use super::*;

    fn claim(name: &str) -> ClaimName {
        ClaimName::parse(name).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let detail = |name: &str, label: &str, value: &str| AttributeView {
            claim: claim(name),
            label: Label::parse(label).unwrap(),
            value: AttributeValue::new(value.to_owned()),
            changed: Timestamp::from_seconds(1),
            default: true,
            sensitive: false,
            history: Vec::new(),
            known_to: Vec::new(),
            outdated_at: Vec::new(),
        };
        let saved = [
            detail("name", "", "Anna \"Ann\" Beispiel"),
            detail("address.street_address", "", "Große Hamburger Straße 12,\nHinterhaus"),
            detail("address.street_address", "Mum", "=HYPERLINK(1)"),
        ];
        let text = write(&saved).unwrap();
        let read = parse(std::str::from_utf8(&text).unwrap()).unwrap();
        assert_eq!(read.skipped, []);
        for detail in &saved {
            assert_eq!(read.cards[&detail.label][&detail.claim], detail.value);
        }
    }

    #[test]
    fn a_table_with_a_column_for_each_detail_is_read_and_other_columns_are_left() {
        let text = "Label,Name,Email,Favourite colour\n,Anna,a@home.example,red\nwork,Anna,,blue\nx=y,No,,\n";
        let read = parse(text).unwrap();
        assert_eq!(read.cards.len(), 2);
        assert_eq!(read.cards[&Label::PLAIN][&claim("email")].expose(), "a@home.example");
        assert_eq!(read.cards[&Label::parse("work").unwrap()].len(), 1);
        assert_eq!(read.skipped.len(), 1, "a label that cannot be one: {:?}", read.skipped);
    }

    #[test]
    fn what_is_no_table_of_details_is_refused_and_a_long_one_is_cut() {
        for text in ["", "a letter", "colour,size\nred,9\n", "\u{0}\u{1}"] {
            assert!(matches!(parse(text), Err(ImportError::Unknown)), "{text:?}");
        }
        let mut long = String::from("label,name\n");
        for n in 0..10_000 {
            long += "card ";
            long += &n.to_string();
            long += ",Anna\n";
        }
        let read = parse(&long).unwrap();
        assert_eq!((read.cards.len(), read.skipped.len()), (MOST_CARDS, MOST_CARDS));
    }
}
