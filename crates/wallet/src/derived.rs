//! What follows from a saved birth date: `age_over_18` and `birth_year` (docs/protocol.md section 7).
//!
//! Never in here: a guess. A birth date that does not settle the matter yields nothing.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use passerby_protocol::claim::{AttributeValue, ClaimName};
use passerby_protocol::time::Timestamp;
use zeroize::Zeroizing;

/// The claim that the others follow from.
pub(crate) const BIRTHDATE: &str = "birthdate";

/// A claim that follows from a birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derived {
    /// `age_over_18`: `true` or `false`.
    AgeOver18,
    /// `birth_year`: four digits.
    BirthYear,
}

/// As much of a day of birth as `birthdate` says (OpenID Connect Core section 5.1).
enum Birth {
    Day(Date),
    Year(i16),
}

impl Derived {
    /// Which one a claim is.
    pub fn find(claim: &ClaimName) -> Option<Self> {
        match claim.as_str() {
            "age_over_18" => Some(Self::AgeOver18),
            "birth_year" => Some(Self::BirthYear),
            _ => None,
        }
    }

    /// What it is at `now` for this birth date; none where that is open.
    pub fn derive(self, birthdate: &AttributeValue, now: Timestamp) -> Option<AttributeValue> {
        let today = jiff::Timestamp::from_second(now.seconds()).ok()?.to_zoned(TimeZone::UTC).date();
        let birth = find_birth(birthdate.expose(), today)?;
        let text = match (self, birth) {
            (Self::BirthYear, Birth::Day(day)) => format!("{:04}", day.year()),
            (Self::BirthYear, Birth::Year(year)) => format!("{year:04}"),
            (Self::AgeOver18, Birth::Day(day)) => is_of_age(day, today).to_string(),
            (Self::AgeOver18, Birth::Year(year)) if today.year() - year != 18 => {
                (today.year() - year > 18).to_string()
            }
            // Who was born 18 years ago has had the birthday or has not.
            (Self::AgeOver18, Birth::Year(_)) => return None,
        };
        Some(AttributeValue::new(text))
    }

    /// Whether it tells as much as a sensitive birth date does: a year narrows people down, one bit does not.
    pub fn is_as_sensitive(self) -> bool {
        self == Self::BirthYear
    }

    /// What a person may type for it.
    pub fn form(self) -> &'static str {
        match self {
            Self::AgeOver18 => "true or false",
            Self::BirthYear => "a year of four digits",
        }
    }

    /// Whether a typed value has that form.
    pub fn takes(self, value: &str) -> bool {
        match self {
            Self::AgeOver18 => matches!(value, "true" | "false"),
            Self::BirthYear => find_year(value).is_some(),
        }
    }
}

/// On the 18th birthday and after it. On 28 February the 29th is still to come, on 1 March it is over: whoever was born on the
/// 29th has the birthday on 1 March where there is none.
fn is_of_age(born: Date, today: Date) -> bool {
    (today.year() - born.year(), today.month(), today.day()) >= (18, born.month(), born.day())
}

fn find_birth(text: &str, today: Date) -> Option<Birth> {
    let text = text.trim();
    if let Some(year) = find_year(text) {
        return (year <= today.year()).then_some(Birth::Year(year));
    }
    let day = find_day(text)?;
    (day.year() > 0 && day <= today).then_some(Birth::Day(day))
}

/// `YYYY-MM-DD` and nothing else that a reader of dates would take.
fn find_day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (*Zeroizing::new(day.to_string()) == text).then_some(day)
}

fn find_year(text: &str) -> Option<i16> {
    let day = Zeroizing::new(format!("{text}-01-01"));
    find_day(&day).map(Date::year).filter(|year| *year > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        let day: Date = day.parse().unwrap();
        Timestamp::from_seconds(day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second())
    }

    fn derive(derived: Derived, birthdate: &str, now: Timestamp) -> Option<String> {
        let value = derived.derive(&AttributeValue::new(birthdate.to_owned()), now);
        value.map(|value| value.expose().to_owned())
    }

    #[test]
    fn the_eighteenth_birthday_counts() {
        for (born, today, of_age) in [
            ("2008-11-23", "2026-11-22", "false"),
            ("2008-11-23", "2026-11-23", "true"),
            ("2008-11-23", "2026-11-24", "true"),
            ("2008-12-31", "2026-12-30", "false"),
            ("2008-12-31", "2027-01-01", "true"),
            ("2008-01-01", "2025-12-31", "false"),
            ("2008-01-01", "2026-01-01", "true"),
            ("2008-02-29", "2026-02-28", "false"),
            ("2008-02-29", "2026-03-01", "true"),
            ("2010-02-28", "2028-02-28", "true"),
            ("2010-03-01", "2028-02-29", "false"),
            ("2026-11-23", "2026-11-23", "false"),
            ("1815-12-10", "2026-11-23", "true"),
        ] {
            let found = derive(Derived::AgeOver18, born, at(today));
            assert_eq!(found.as_deref(), Some(of_age), "born {born}, today {today}");
        }
    }

    #[test]
    fn the_day_is_that_of_utc() {
        let birthday = at("2026-11-23");
        let found = |now| derive(Derived::AgeOver18, "2008-11-23", now).unwrap();
        assert_eq!(
            [found(birthday + -1), found(birthday), found(birthday + 86_399)],
            ["false", "true", "true"]
        );
    }

    #[test]
    fn what_does_not_settle_it_yields_nothing() {
        let now = at("2026-11-23");
        for (birthdate, of_age, year) in [
            ("1990-01-31", Some("true"), Some("1990")),
            (" 1990-01-31\n", Some("true"), Some("1990")),
            ("1990", Some("true"), Some("1990")),
            ("2007", Some("true"), Some("2007")),
            ("2008", None, Some("2008")),
            ("2009", Some("false"), Some("2009")),
            ("2027", None, None),
            ("2026-11-24", None, None),
            ("0000-01-31", None, None),
            ("0000", None, None),
            ("1990-02-29", None, None),
            ("1990-1-31", None, None),
            ("19900131", None, None),
            ("1990-01-31T00:00:00", None, None),
            ("-001990-01-31", None, None),
            ("31.01.1990", None, None),
            ("1990-01", None, None),
            ("", None, None),
        ] {
            assert_eq!(derive(Derived::AgeOver18, birthdate, now).as_deref(), of_age, "{birthdate:?}");
            assert_eq!(derive(Derived::BirthYear, birthdate, now).as_deref(), year, "{birthdate:?}");
        }
    }

    #[test]
    fn only_its_form_is_taken_from_a_person() {
        for (text, taken) in [("true", true), ("false", true), ("yes", false), ("True", false), ("", false)] {
            assert_eq!(Derived::AgeOver18.takes(text), taken, "{text}");
        }
        for (text, taken) in
            [("1990", true), ("90", false), ("0000", false), ("199O", false), ("1990 ", false)]
        {
            assert_eq!(Derived::BirthYear.takes(text), taken, "{text}");
        }
    }

    proptest::proptest! {
        /// Against another way to count: whole years between two days, as the library has them.
        #[test]
        fn it_is_what_counting_years_says(born in 0i64..50_000, lived in 0i64..30_000) {
            let born: Date = at("1900-01-01").seconds().checked_add(born * 86_400)
                .and_then(|second| jiff::Timestamp::from_second(second).ok()).unwrap().to_zoned(TimeZone::UTC).date();
            let today = born.checked_add(jiff::Span::new().days(lived)).unwrap();
            let years = born.until((jiff::Unit::Year, today)).unwrap().get_years();
            let found = derive(Derived::AgeOver18, &born.to_string(), at(&today.to_string()));
            // The library ends a year that began on 29 February on the 28th; here it ends on 1 March.
            let leap_eve = (born.month(), born.day()) == (2, 29) && (today.month(), today.day()) == (2, 28);
            proptest::prop_assume!(!leap_eve);
            proptest::prop_assert_eq!(found, Some((years >= 18).to_string()));
        }
    }
}
