//! Tables as JSON columns: short enough for a page.

use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// Rows as one JSON object of columns: `{"center": ["a", ...], "jobs": [1, ...]}`, numbers to seven digits; columns without
/// any data are left out.
pub(super) fn columns<T: Serialize>(rows: &[T]) -> String {
    // All rows have the same fields in the same order.
    let fields = |row: &T| match serde_json::to_value(row) {
        Ok(Value::Object(row)) => row,
        _ => serde_json::Map::new(),
    };
    let names: Vec<String> = rows.first().map_or_else(Vec::new, |row| fields(row).keys().cloned().collect());
    let rows: Vec<Vec<Value>> =
        rows.iter().map(|row| fields(row).into_iter().map(|(_, value)| value).collect()).collect();
    let mut text = String::from("{");
    for (at, name) in names.iter().enumerate() {
        let cells = || rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null));
        if cells().all(Value::is_null) {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        push_string(&mut text, name);
        text.push(':');
        push_list(&mut text, cells(), push_value);
    }
    text.push('}');
    text
}

/// A list of anything.
pub(super) fn push_list<T>(text: &mut String, items: impl Iterator<Item = T>, mut push: impl FnMut(&mut String, T)) {
    text.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            text.push(',');
        }
        push(text, item);
    }
    text.push(']');
}

/// A list of numbers, to seven digits.
pub(super) fn numbers(values: impl Iterator<Item = f64>) -> String {
    let mut text = String::new();
    push_list(&mut text, values, push_number);
    text
}

/// A list of integers.
pub(super) fn integers(values: impl Iterator<Item = i64>) -> String {
    let mut text = String::new();
    push_list(&mut text, values, |text, value| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
    });
    text
}

/// A list of texts.
pub(super) fn strings<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    push_list(&mut text, values, push_string);
    text
}

/// A text in quotation marks.
pub(super) fn push_string(text: &mut String, value: &str) {
    text.push_str(&Value::from(value).to_string());
}

fn push_value(text: &mut String, value: &Value) {
    match value {
        Value::Number(number) if number.is_f64() => push_number(text, number.as_f64().unwrap_or_default()),
        other => text.push_str(&other.to_string()),
    }
}

/// A number as the shortest text that reads back as the same single-precision number: at least seven digits.
fn push_number(text: &mut String, value: f64) {
    let single = value as f32;
    if !single.is_finite() {
        text.push_str("null");
    } else {
        let _ = write!(text, "{single}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        nothing: Option<f64>,
        share: Option<f64>,
        count: u64,
    }

    #[test]
    fn rows_become_columns() {
        let row = |name, share, count| Row { name, nothing: None, share, count };
        let rows = [row("a \"b\" </c>", Some(1.0 / 3.0), 1), row("中", None, u64::MAX)];
        let text = columns(&rows);
        assert_eq!(
            text,
            "{\"name\":[\"a \\\"b\\\" </c>\",\"中\"],\"share\":[0.33333334,null],\"count\":[1,18446744073709551615]}"
        );
        assert!(serde_json::from_str::<Value>(&text).is_ok());
        assert_eq!(columns::<Row>(&[]), "{}");
        assert_eq!(numbers([0.0, 1.5, 1e12, f64::NAN].into_iter()), "[0,1.5,1000000000000,null]");
    }
}
