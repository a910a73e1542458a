//! `policies`: what there is, and what each takes.

use super::arguments::{Format, Global};
use super::choice::closest;
use super::failure::{Failure, Message};
use super::terminal;
use comfy_table::{ContentArrangement, Table, presets};
use eastwest::policy::registry::{self, PolicyEntry};
use serde_json::Value;
use std::fmt::Write;

/// Longer cells are broken, so that a page fits the usual terminal.
const WIDTH: u16 = 100;

pub(crate) fn policies(name: Option<&str>, global: &Global) -> Result<(), Failure> {
    let catalog = registry::catalog();
    let Some(name) = name else {
        return terminal::print(&match global.format {
            Format::Json => terminal::pretty(&Value::Array(catalog.iter().map(to_json).collect())),
            Format::Text => table(&catalog, false),
            Format::Markdown => table(&catalog, true),
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
    let pages: Vec<String> = found.into_iter().map(|entry| page(entry, global.format == Format::Markdown)).collect();
    terminal::print(&pages.join("\n"))
}

fn to_json(entry: &PolicyEntry) -> Value {
    // Strings and a schema always have a JSON form.
    serde_json::to_value(entry).unwrap_or_default()
}

fn rows<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>, markdown: bool) -> String {
    let mut table = Table::new();
    table.load_style(if markdown { presets::ASCII_MARKDOWN } else { presets::NOTHING });
    table.set_header(header);
    table.add_rows(rows);
    if !markdown {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    }
    let mut text: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn table(catalog: &[PolicyEntry], markdown: bool) -> String {
    let cells = catalog.iter().map(|entry| [entry.kind.to_string(), entry.name.to_string(), entry.summary.to_string()]);
    let mut text = rows(["kind", "name", "idea"], cells, markdown);
    text.push_str(
        "\nA stack is one of each kind: broker, queue, packing. `eastwest policies NAME` tells the parameters.\n",
    );
    text
}

/// One policy: idea, source, parameters, and how it is written.
fn page(entry: &PolicyEntry, markdown: bool) -> String {
    let mut text = String::new();
    let heading = format!("{} {}", entry.kind, entry.name);
    // Writing to a string cannot fail.
    let _ = if markdown { writeln!(text, "## {heading}\n") } else { writeln!(text, "{heading}\n") };
    let _ = writeln!(text, "{}\n", entry.summary);
    if !entry.source.is_empty() {
        let _ = writeln!(text, "Source: {}\n", entry.source);
    }
    let parameters: Vec<[String; 4]> = parameters(&entry.parameters);
    if parameters.is_empty() {
        let _ = writeln!(text, "It takes no parameters.\n");
    } else {
        let _ =
            writeln!(text, "{}", rows(["parameter", "type", "default", "meaning"], parameters.into_iter(), markdown));
    }
    let _ = writeln!(text, "In a scenario: {} = {{ {} = {{ }} }}", entry.kind, entry.name);
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
        for entry in &catalog {
            let page = page(entry, false);
            assert!(page.starts_with(&format!("{} {}\n", entry.kind, entry.name)), "{page}");
            assert!(table(&catalog, false).contains(entry.name));
        }
    }
}
