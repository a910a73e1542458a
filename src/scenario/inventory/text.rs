//! The inventory as a person reads it, and as JSON.

use super::{Capacity, Inventory};
use comfy_table::{CellAlignment, Table, presets};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Markdown,
}

impl Inventory {
    /// All totals as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Its keys are texts and its numbers fit: it always has a value.
        serde_json::to_value(self).unwrap_or(serde_json::Value::Null)
    }

    /// All totals as plain text, with a final newline.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.written(Format::Text)
    }

    /// All totals as Markdown, with a final newline.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.written(Format::Markdown)
    }

    fn written(&self, format: Format) -> String {
        let mut text = match format {
            Format::Text => format!("{}\n", self.name),
            Format::Markdown => format!("# {}\n", self.name),
        };
        section(&mut text, "Totals", &["", "total"], self.totals(), format);
        let groups = [("Tier", &self.tiers), ("Side", &self.sides), ("Operator", &self.operators)];
        for (title, group) in groups {
            let header = [title, "centers", "nodes", "cores", "accelerators", "racks", "fp16 EFLOPS", "peak MW"];
            section(
                &mut text,
                title,
                &header,
                group.iter().map(|(name, capacity)| row(name, capacity)).collect(),
                format,
            );
        }
        let lines =
            self.lines.iter().map(|(kind, lines)| vec![kind.clone(), count(lines.links), number(lines.capacity_tbps)]);
        section(&mut text, "Lines", &["Kind", "links", "Tbps each way"], lines.collect(), format);
        let circles = self.circles.iter().map(|circle| {
            vec![format!("within {} ms one way", circle.within_ms), format!("{:.1} %", circle.share_of_pairs * 100.0)]
        });
        section(&mut text, "Latency", &["Pairs of centers", "share"], circles.collect(), format);
        let workloads = self.workloads.iter().map(|demand| {
            let or_unknown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            vec![
                demand.name.clone(),
                or_unknown(demand.jobs_per_day.map(number)),
                or_unknown(demand.jobs_max.map(count)),
            ]
        });
        section(&mut text, "Workloads", &["Class", "jobs a day", "at most"], workloads.collect(), format);
        text
    }

    fn totals(&self) -> Vec<Vec<String>> {
        let total = &self.total;
        let mut rows = vec![
            ("centers".to_owned(), count(total.centers)),
            ("metros".to_owned(), count(self.metros)),
            ("exchange points".to_owned(), count(self.exchanges)),
            ("pools".to_owned(), count(total.pools)),
            ("nodes".to_owned(), count(total.nodes)),
            ("cores".to_owned(), count(total.cores)),
        ];
        rows.extend(total.accelerators.iter().map(|(kind, n)| (format!("accelerators {kind}"), count(*n))));
        let rates = |whose: &str, rates: &std::collections::BTreeMap<&'static str, f64>| -> Vec<(String, String)> {
            rates.iter().map(|(precision, rate)| (format!("EFLOPS {precision} of {whose}"), number(*rate))).collect()
        };
        rows.extend(rates("cores", &total.cpu_eflops));
        rows.extend(rates("accelerators", &total.accelerator_eflops));
        if total.racks > 0 {
            rows.push(("racks".to_owned(), count(total.racks)));
        }
        rows.push(("peak power of nodes, MW".to_owned(), number(total.peak_mw)));
        if total.centers_without_storage_bound < total.centers {
            rows.push(("storage, PB".to_owned(), number(total.storage_pb)));
        }
        if total.centers_without_storage_bound > 0 {
            rows.push(("centers without bound of storage".to_owned(), count(total.centers_without_storage_bound)));
        }
        rows.push(("stored, PB".to_owned(), number(total.stored_pb)));
        rows.push(("links".to_owned(), count(self.network.links)));
        rows.push(("bandwidth of links, Tbps each way".to_owned(), number(self.network.capacity_tbps)));
        rows.push(("datasets".to_owned(), count(self.datasets)));
        rows.push(("tenants".to_owned(), count(self.tenants)));
        rows.push(("classes of jobs".to_owned(), count(self.classes)));
        rows.push(("single jobs".to_owned(), count(self.single_jobs)));
        let known: Option<f64> = self.workloads.iter().map(|demand| demand.jobs_per_day).sum();
        if let Some(sum) = known.filter(|_| !self.workloads.is_empty()) {
            rows.push(("expected jobs a day".to_owned(), number(sum)));
        }
        rows.into_iter().map(|(name, value)| vec![name, value]).collect()
    }
}

fn row(name: &str, capacity: &Capacity) -> Vec<String> {
    let fp16 = capacity.accelerator_eflops.get("fp16").map_or_else(|| "-".to_owned(), |rate| number(*rate));
    vec![
        name.to_owned(),
        count(capacity.centers),
        count(capacity.nodes),
        count(capacity.cores),
        count(capacity.accelerators.values().sum()),
        count(capacity.racks),
        fp16,
        number(capacity.peak_mw),
    ]
}

/// A table under its title; nothing where it has no row.
fn section(text: &mut String, title: &str, header: &[&str], rows: Vec<Vec<String>>, format: Format) {
    if rows.is_empty() {
        return;
    }
    let mut table = Table::new();
    match format {
        Format::Text => {
            table.load_preset(presets::NOTHING);
        }
        Format::Markdown => {
            table.load_preset(presets::ASCII_MARKDOWN);
            text.push_str(&format!("\n## {title}\n"));
        }
    }
    table.set_header(header);
    table.add_rows(rows);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_cell_alignment(if at == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    text.push('\n');
    for line in table.to_string().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A whole number with its thousands set off.
fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with some four significant digits, whole from a thousand on.
fn number(value: f64) -> String {
    match value {
        _ if value >= 1000.0 => count(libm::round(value) as u64),
        _ if value >= 10.0 => trimmed(format!("{value:.1}")),
        _ if value >= 0.1 => trimmed(format!("{value:.3}")),
        _ if value > 0.0 => format!("{value:.2e}"),
        _ => "0".to_owned(),
    }
}

/// Without zeros at the end of a fraction.
fn trimmed(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::inventory;
    use super::*;
    use crate::scenario::check::tests::{WHOLE, good};

    #[test]
    fn a_person_can_read_it() {
        let inventory = inventory(&good(WHOLE));
        let text = inventory.to_text();
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for line in [
            "cores 160",
            "accelerators card 16",
            "EFLOPS fp16 of accelerators 4.48e-3",
            "within 20 ms one way 100.0 %",
            "training 140 -",
        ] {
            assert!(lines.iter().any(|found| found == line), "{line:?} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        assert!(inventory.to_markdown().contains("## Totals"));
        assert_eq!(inventory.to_json()["total"]["cores"], 160);
        assert_eq!(
            [0.0, 0.005, 0.5, 12.34, 140.0, 1_234_567.8].map(number),
            ["0", "5.00e-3", "0.5", "12.3", "140", "1,234,568"]
        );
    }
}
