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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_the_keys_and_the_text_of_units() {
        let schema = schema();
        assert_eq!(schema["title"], "eastwest scenario");
        let properties = schema["properties"].as_object().expect("properties");
        for key in ["format", "run", "center", "link", "job", "event", "policy", "tables"] {
            assert!(properties[key]["description"].is_string(), "{key}");
        }
        assert_eq!(schema["additionalProperties"], false);
        let duration = &schema["$defs"]["SimDuration"];
        assert_eq!(duration["type"], "string");
        assert!(duration["description"].as_str().is_some_and(|text| text.contains("20 ms")));
        assert!(schema["$defs"]["RawPool"]["properties"]["power-idle"].is_object());
    }
}
