//! Where the database is, and how to get in: a secret, because it may hold a password.

use std::fmt;
use std::str::FromStr as _;

use percent_encoding::percent_decode_str;
use sqlx::postgres::PgConnectOptions;
use url::Url;
use zeroize::Zeroizing;

/// The parameters that an address may have. Others would be passed over, or say something about a transaction's end that this
/// program decides.
const PARAMETERS: &[&str] = &[
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
];

/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, as PostgreSQL's own programs take it. `Debug` and `Display` leave out the user and
/// the password.
#[derive(Clone)]
pub struct PostgresAddress {
    whole: Zeroizing<String>,
    shown: String,
}

/// The text is no address of a database. Says no part of it but a parameter's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    #[error("this is not an address of a PostgreSQL database: postgres://USER:PASSWORD@HOST/DATABASE")]
    Shape,
    #[error(
        "the address of the PostgreSQL database names no database: postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    NoDatabase,
    #[error("the address of the PostgreSQL database has a parameter that is not known here: {0}")]
    Parameter(String),
}

impl PostgresAddress {
    /// Reads an address; white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| AddressError::Shape)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::Shape);
        }
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| !PARAMETERS.contains(&&**name)) {
            return Err(AddressError::Parameter(name.into_owned()));
        }
        let options = PgConnectOptions::from_str(text).map_err(|_| AddressError::Shape)?;
        let database = options.get_database().ok_or(AddressError::NoDatabase)?;
        let place = match options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let shown = format!("PostgreSQL database {database} at {place}");
        Ok(Self { whole: Zeroizing::new(text.to_owned()), shown })
    }

    /// The address without a password, for the arguments of PostgreSQL's own programs, and the password, for their environment.
    #[must_use]
    pub fn split_password(&self) -> (String, Option<Zeroizing<String>>) {
        let Ok(mut url) = Url::parse(&self.whole) else { return (String::new(), None) };
        let named =
            url.query_pairs().find(|(name, _)| name == "password").map(|(_, value)| value.into_owned());
        let inside = url.password().map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
        let rest: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "password")
            .map(|(a, b)| (a.into(), b.into()))
            .collect();
        url.set_query(None);
        if !rest.is_empty() {
            url.query_pairs_mut().extend_pairs(rest);
        }
        // An address without a host has no password before it.
        let _ = url.set_password(None);
        (url.into(), named.or(inside).map(Zeroizing::new))
    }

    pub(crate) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        PgConnectOptions::from_str(&self.whole)
    }
}

/// Which database, without who gets in and how.
impl fmt::Display for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresAddress({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_user_nor_password_is_shown() {
        for text in [
            "postgres://anna:geheim@db.example:5433/relay",
            "postgresql://db.example:5433/relay?user=anna&password=geheim\n",
        ] {
            let address = PostgresAddress::parse(text).unwrap();
            assert_eq!(address.to_string(), "PostgreSQL database relay at db.example:5433");
            assert!(!format!("{address:?}").contains("anna") && !format!("{address:?}").contains("geheim"));
        }
        let socket = PostgresAddress::parse("postgres:///relay?host=/var/run/postgresql").unwrap();
        assert_eq!(socket.to_string(), "PostgreSQL database relay at /var/run/postgresql");
    }

    #[test]
    fn a_wrong_address_is_refused_without_being_repeated() {
        for (text, error) in [
            ("geheim", AddressError::Shape),
            ("mysql://anna:geheim@db.example/relay", AddressError::Shape),
            ("postgres://anna:geheim@db.example:port/relay", AddressError::Shape),
            ("postgres://anna:geheim@db.example/relay?sslmode=geheim", AddressError::Shape),
            ("postgres://anna:geheim@db.example/", AddressError::NoDatabase),
            ("postgres://a@db.example/relay?pass=geheim", AddressError::Parameter("pass".into())),
            (
                "postgres://a@db.example/relay?options=-c synchronous_commit=off",
                AddressError::Parameter("options".into()),
            ),
        ] {
            let refused = PostgresAddress::parse(text).unwrap_err();
            assert_eq!(refused, error);
            assert!(!refused.to_string().contains("geheim"));
        }
    }
}
