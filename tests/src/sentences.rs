//! Every sentence of the protocol that promises a refusal, and what keeps it.
//!
//! The table `tests/vectors/sentences.md` names, for each of them, the vectors or tests that decide it. These checks find a
//! sentence that is in no row, a row that is about no sentence, and a row whose proof is not there or proves another word.

use crate::walls::Breach;

/// A sentence, or a part of one, that promises a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The section it stands in, such as `5.1`.
    pub section: String,
    /// As it stands there, on one line.
    pub text: String,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The section.
    pub section: String,
    /// Words that stand in the sentence.
    pub quote: String,
    /// `step/vector`, or `path#text`: a test in whose file the text stands. Empty where the row says that nothing needs proof.
    pub proofs: Vec<String>,
}

/// What the refusals of the document are made of.
const SIGNS: [&str; 17] = [
    "refus",
    "reject",
    "MUST",
    " must ",
    "only if",
    "only for",
    "malformed",
    "at most",
    "At most",
    "exactly",
    "Exactly",
    "largest",
    "neither",
    "stands nowhere",
    "No redirect",
    "never seals",
    "never from",
];

/// Finds the promises of a document.
#[must_use]
pub fn find_promises(document: &str) -> Vec<Promise> {
    let (mut section, mut block, mut in_code) = (String::new(), String::new(), false);
    let mut promises = Vec::new();
    for line in document.lines().chain([""]) {
        let starts_item = line.starts_with(['|', '-', '#', '`'])
            || line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
        if line.trim().is_empty() || starts_item {
            // What stands before the first numbered section says how to read the rest.
            let parts = split(&block).filter(|_| section.starts_with(|c: char| c.is_ascii_digit()));
            promises.extend(parts.map(|text| Promise { section: section.clone(), text }));
            block.clear();
        }
        if line.starts_with("```") {
            in_code = !in_code;
        } else if let Some(title) = line.strip_prefix('#') {
            let number = title.trim_start_matches('#').split_whitespace().next().unwrap_or_default();
            number.trim_end_matches('.').clone_into(&mut section);
        } else if !in_code {
            block.push(' ');
            block.push_str(line.trim());
        }
    }
    promises
}

/// The promises among the parts of a paragraph, each up to a full stop, a colon or a semicolon.
fn split(block: &str) -> impl Iterator<Item = String> {
    let ends =
        [". ", "; ", ": "].into_iter().flat_map(|end| block.match_indices(end).map(|(place, _)| place + 1));
    let mut ends: Vec<usize> = ends.chain([block.len()]).collect();
    ends.sort_unstable();
    let mut begin = 0;
    let parts = ends.into_iter().map(move |end| {
        let part = block.get(begin..end).unwrap_or_default().trim().to_owned();
        begin = end;
        part
    });
    let parts: Vec<String> = parts.collect();
    parts
        .into_iter()
        .filter(|part| SIGNS.iter().any(|sign| part.contains(sign)) || !words_of(part).is_empty())
}

/// The refusals that a sentence names: ``[`word`]``, but no links.
fn words_of(text: &str) -> Vec<&str> {
    let bracketed = text.split("[`").skip(1).filter_map(|rest| rest.split_once("`]"));
    bracketed.filter(|(_, rest)| !rest.starts_with('(')).map(|(word, _)| word).collect()
}

/// Reads the table: section, quote, proofs in backticks.
#[must_use]
pub fn read_rows(table: &str) -> Vec<Row> {
    let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = cells.filter_map(|line| {
        let mut cells = line.split(" | ");
        let (section, quote, proofs) = (cells.next()?, cells.next()?, cells.next()?);
        let proofs = proofs.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some(Row { section: section.to_owned(), quote: quote.to_owned(), proofs })
    });
    rows.skip(1).collect()
}

/// Sentences without a row, rows without a sentence, proofs that are not there, and refusals that no proof of a row ends in.
///
/// `refusal_of` gives the word a vector is refused with (an empty one for a vector that is accepted), `stands_in` tells whether
/// a file holds a text.
pub fn find_unkept(
    promises: &[Promise],
    rows: &[Row],
    refusal_of: impl Fn(&str) -> Option<String>,
    stands_in: impl Fn(&str, &str) -> bool,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let keeps =
        |row: &Row, promise: &Promise| row.section == promise.section && promise.text.contains(&row.quote);
    for promise in promises {
        let own: Vec<&Row> = rows.iter().filter(|row| keeps(row, promise)).collect();
        if own.is_empty() {
            breaches.push(Breach(format!("section {}: no row for: {}", promise.section, promise.text)));
        }
        // A row without proofs says in words why there are none.
        let to_prove = !own.is_empty() && own.iter().all(|row| !row.proofs.is_empty());
        for word in words_of(&promise.text).into_iter().filter(|_| to_prove) {
            let proven = own
                .iter()
                .flat_map(|row| &row.proofs)
                .any(|proof| proof.contains('#') || refusal_of(proof).is_some_and(|refused| refused == word));
            if !proven {
                breaches.push(Breach(format!("section {}: nothing ends in {word}", promise.section)));
            }
        }
    }
    for row in rows {
        if !promises.iter().any(|promise| keeps(row, promise)) {
            breaches.push(Breach(format!("section {}: no such sentence: {}", row.section, row.quote)));
        }
        for proof in &row.proofs {
            let there = match proof.split_once('#') {
                Some((file, text)) => stands_in(file, text),
                None => refusal_of(proof).is_some(),
            };
            if !there {
                breaches.push(Breach(format!("section {}: there is no {proof}", row.section)));
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# The title\n\n## 1. Encodings\n\n1. Times are whole; padding\n   is refused. Fine.\n2. Nothing here.\n\n### 1.1 More\n\n```\nMUST not be seen\n```\n| a | form [`x-form`]; size [`x-size`] |\n";

    fn row(section: &str, quote: &str, proof: &str) -> Row {
        Row { section: section.into(), quote: quote.into(), proofs: vec![proof.into()] }
    }

    fn unkept(rows: &[Row]) -> Vec<String> {
        let refusal_of = |proof: &str| match proof {
            "step/form" => Some("x-form".to_owned()),
            "step/size" => Some("x-size".to_owned()),
            "step/good" => Some(String::new()),
            _ => None,
        };
        let stands_in = |file: &str, text: &str| file == "a.rs" && text == "it_is_tested";
        find_unkept(&find_promises(DOCUMENT), rows, refusal_of, stands_in)
            .into_iter()
            .map(|one| one.0)
            .collect()
    }

    #[test]
    fn promises_are_found_by_section_and_part() {
        let promises = find_promises(DOCUMENT);
        let found: Vec<_> = promises.iter().map(|one| (one.section.as_str(), one.text.as_str())).collect();
        let expected =
            [("1", "padding is refused."), ("1.1", "| a | form [`x-form`];"), ("1.1", "size [`x-size`] |")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_table_that_keeps_all_is_silent() {
        let rows = [
            row("1", "padding", "step/good"),
            row("1.1", "form [`x-form`]", "step/form"),
            row("1.1", "size", "a.rs#it_is_tested"),
        ];
        assert_eq!(unkept(&rows), [""; 0]);
        let text = "| § | sentence | proofs |\n|---|---|---|\n| 1 | padding | `step/good` |\n| 1.1 | size | none |\n";
        let read = [row("1", "padding", "step/good"), Row { proofs: Vec::new(), ..row("1.1", "size", "") }];
        assert_eq!(read_rows(text), read);
    }

    #[test]
    fn what_is_missing_is_named() {
        let rows = [
            row("1.1", "padding", "step/good"),
            row("1.1", "form", "step/good"),
            row("1.1", "size", "step/gone"),
            row("1.1", "size", "a.rs#gone"),
        ];
        let expected = [
            "section 1: no row for: padding is refused.",
            "section 1.1: nothing ends in x-form",
            "section 1.1: no such sentence: padding",
            "section 1.1: there is no step/gone",
            "section 1.1: there is no a.rs#gone",
        ];
        assert_eq!(unkept(&rows), expected);
    }
}
