//! The language as a JSON schema, for editors and other programs.

use super::raw::RawScenario;

/// The JSON schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<RawScenario>();
    schema.insert("title".to_owned(), "eastwest scenario".into());
    let description =
        "A scenario of computing centers joined by wide-area links, in TOML. Quantities are strings with their unit.";
    schema.insert("description".to_owned(), description.into());
    schema.to_value()
}
