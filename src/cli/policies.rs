//! `policies`: what there is, and what each takes.

use super::arguments::{Format, Global};
use super::choice::closest;
use super::failure::{Failure, Message};
use super::terminal;
use eastwest::policy::registry::{self, PolicyEntry};
use eastwest::report::{self, Kind, Look, Sheet, WIDTH, markdown_text, wrapped};
use serde_json::Value;
use std::fmt::Write;

pub(crate) fn policies(name: Option<&str>, global: &Global) -> Result<(), Failure> {
    let catalog = registry::catalog();
    let Some(name) = name else {
        return terminal::print(&match global.format {
            Format::Json => terminal::pretty(&Value::Array(catalog.iter().map(to_json).collect())),
            Format::Text | Format::Markdown => table(&catalog, terminal::look(global)),
        });
    };
    let found: Vec<&PolicyEntry> = catalog.iter().filter(|entry| entry.name == name).collect();
    if found.is_empty() {
        let mut message = Message::new(format!("there is no policy called `{name}`"));
        if let Some(close) = closest(name, catalog.iter().map(|entry| entry.name)) {
            message = message.hint(format!("did you mean `{close}`?"));
        }
        return Err(Failure::Usage(message.hint("`eastwest policies` lists them")));
    }
    if global.format == Format::Json {
        return terminal::print(&terminal::pretty(&Value::Array(found.into_iter().map(to_json).collect())));
    }
    let pages: Vec<String> = found.into_iter().map(|entry| page(entry, terminal::look(global))).collect();
    terminal::print(&pages.join("\n"))
}

fn to_json(entry: &PolicyEntry) -> Value {
    // Strings and a schema always have a JSON form.
    serde_json::to_value(entry).unwrap_or_default()
}

fn table(catalog: &[PolicyEntry], look: Look) -> String {
    let mut sheet = Sheet::new(&[("kind", Kind::Name), ("name", Kind::Name), ("idea", Kind::Words)]).spaced(1, 2);
    for entry in catalog {
        sheet.push([entry.kind, entry.name, &entry.summary].map(Into::into));
    }
    let hint = "A stack is one of each kind: broker, queue, packing. `eastwest policies NAME` tells the parameters.";
    format!("{}\n{}\n", sheet.render(look), lines(hint, look))
}

/// A paragraph as it is set; in Markdown it may hold code.
fn lines(paragraph: &str, look: Look) -> String {
    let markdown = look.format == report::Format::Markdown;
    if markdown { paragraph.to_owned() } else { wrapped(paragraph, WIDTH).join("\n") }
}

/// One policy: idea, source, parameters, and how it is written.
fn page(entry: &PolicyEntry, look: Look) -> String {
    let markdown = look.format == report::Format::Markdown;
    let words = |text: &str| if markdown { markdown_text(text) } else { lines(text, look) };
    let mut text =
        format!("{}{} {}\n\n{}\n", if markdown { "## " } else { "" }, entry.kind, entry.name, words(&entry.summary));
    // Writing to a string cannot fail.
    if !entry.source.is_empty() {
        let _ = writeln!(text, "\n{}", words(&format!("Source: {}", entry.source)));
    }
    for rule in entry.rules {
        let _ = writeln!(text, "\n{}", words(rule));
    }
    let parameters: Vec<[String; 4]> = parameters(&entry.parameters);
    if parameters.is_empty() {
        let _ = writeln!(text, "\nIt takes no parameters.");
    } else {
        let names =
            [("parameter", Kind::Name), ("type", Kind::Words), ("default", Kind::Words), ("meaning", Kind::Words)];
        let mut sheet = Sheet::new(&names).spaced(1, 2);
        for row in parameters {
            sheet.push(row.map(Into::into));
        }
        let _ = write!(text, "\n{}", sheet.render(look));
    }
    let code = if markdown { "`" } else { "" };
    let _ = writeln!(text, "\nIn a scenario: {code}{} = {{ {} = {{ }} }}{code}", entry.kind, entry.name);
    text
}

/// The parameters of a schema: name, type, default, meaning.
fn parameters(schema: &Value) -> Vec<[String; 4]> {
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let row = |(name, property): (&String, &Value)| {
        let default = match &property["default"] {
            Value::Null if required.contains(&name.as_str()) => "must be given".to_owned(),
            Value::Null => "none".to_owned(),
            value => value.to_string(),
        };
        let meaning =
            property["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        [name.clone(), type_text(property, schema), default, meaning]
    };
    properties.iter().map(row).collect()
}

/// A type in a few words: `number`, `text`, `text or none`, `a | b`, `list of text`.
fn type_text(property: &Value, schema: &Value) -> String {
    if let Some(target) = property["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or_default();
        let defined = &schema["$defs"][name];
        return if defined.is_object() { type_text(defined, &Value::Null) } else { name.to_owned() };
    }
    if let Some(value) = property["const"].as_str() {
        return format!("\"{value}\"");
    }
    if let Some(values) = property["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = property[key].as_array() {
            return choices.iter().map(|choice| type_text(choice, schema)).collect::<Vec<_>>().join(" | ");
        }
    }
    let word = |name: &str| match name {
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "true | false".to_owned(),
        "null" => "none".to_owned(),
        "array" => format!("list of {}", type_text(&property["items"], schema)),
        "object" => match property["properties"].as_object() {
            Some(keys) if !keys.is_empty() => {
                format!("{{ {} }}", keys.keys().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
            _ => "table".to_owned(),
        },
        other => other.to_owned(),
    };
    match &property["type"] {
        Value::String(name) => word(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" | "),
        _ => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_from_a_schema() {
        let schema = serde_json::json!({
            "type": "object",
            "required": ["center"],
            "properties": {
                "center": { "type": "string", "description": "The center\nthat gets all." },
                "choices": { "type": "integer", "default": 2 },
                "limit": { "anyOf": [{ "$ref": "#/$defs/SimDuration" }, { "type": "null" }] },
                "require": { "type": "array", "items": { "enum": ["labels", "regions"] }, "default": ["labels"] },
            },
            "$defs": { "SimDuration": { "type": "string" } },
        });
        let rows = parameters(&schema);
        let texts: Vec<[&str; 4]> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
        assert!(texts.contains(&["center", "text", "must be given", "The center that gets all."]), "{texts:?}");
        assert!(texts.contains(&["choices", "whole number", "2", ""]), "{texts:?}");
        assert!(texts.contains(&["limit", "text | none", "none", ""]), "{texts:?}");
        assert!(texts.contains(&["require", "list of \"labels\" | \"regions\"", "[\"labels\"]", ""]), "{texts:?}");
        assert!(parameters(&serde_json::json!({ "type": "object" })).is_empty());
    }

    #[test]
    fn every_policy_has_a_page() {
        let catalog = registry::catalog();
        for kind in ["broker", "queue", "packing"] {
            assert!(catalog.iter().any(|entry| entry.kind == kind), "no {kind}");
        }
        for name in ["easy", "conservative", "preemptive", "elastic", "best-fit"] {
            assert!(catalog.iter().any(|entry| entry.name == name && !entry.rules.is_empty()), "{name}");
        }
        for entry in &catalog {
            let page = page(entry, Look::default());
            assert!(page.starts_with(&format!("{} {}\n", entry.kind, entry.name)), "{page}");
            // Lines are wrapped in the page.
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(entry.rules.iter().all(|rule| words(&page).contains(&words(rule))), "{page}");
            assert!(table(&catalog, Look::default()).contains(entry.name));
        }
    }
}
