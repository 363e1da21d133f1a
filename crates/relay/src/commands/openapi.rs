//! `passerby-relay openapi`: the interface, as it is committed at docs/openapi.json.

use anyhow::Context as _;

use super::Failure;
use crate::router::openapi;

/// Prints it.
pub fn print() -> Result<(), Failure> {
    // Through a value: members stand in one order, whoever writes the file.
    let described = serde_json::to_value(openapi()).context("writing the OpenAPI document")?;
    println!("{described:#}");
    Ok(())
}
