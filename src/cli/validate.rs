//! `validate`: what is wrong with a scenario, or what is in it.

use super::arguments::{Format, Global, ScenarioArguments};
use super::failure::Failure;
use super::{input, terminal};
use comfy_table::{CellAlignment, Table, presets};
use eastwest::scenario::{self, Capacity, Inventory, Scenario};
use serde_json::json;
use std::fmt::Write;

pub(crate) fn validate(arguments: &ScenarioArguments, global: &Global) -> Result<(), Failure> {
    let scenario = input::load(arguments, &[])?;
    for name in scenario.variants.keys() {
        input::load(&input::variant(arguments, name)?, &[])?;
    }
    terminal::warn(global, &scenario.warnings);
    let inventory = scenario::inventory(&scenario);
    terminal::print(&match global.format {
        Format::Json => terminal::pretty(&json!({
            "scenario": scenario.name,
            "description": scenario.description,
            "totals": inventory.totals(&scenario),
            "inventory": inventory,
            "stacks": scenario.stacks.keys().collect::<Vec<_>>(),
            "policy": scenario.policy,
            "variants": scenario.variants.keys().collect::<Vec<_>>(),
            "warnings": scenario.warnings,
        })),
        Format::Text => page(&scenario, &inventory, false),
        Format::Markdown => page(&scenario, &inventory, true),
    })
}

fn page(scenario: &Scenario, inventory: &Inventory, markdown: bool) -> String {
    let mut text = if markdown { format!("# {}\n\n", scenario.name) } else { format!("{}\n", scenario.name) };
    if !scenario.description.is_empty() {
        text.push_str(&scenario.description);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&capacities(inventory, markdown));
    text.push('\n');
    for line in lines(scenario, inventory) {
        // Writing to a string cannot fail.
        let _ = if markdown { writeln!(text, "- {line}") } else { writeln!(text, "{line}") };
    }
    text
}

/// One column for all centers and for each side and tier, one row for each quantity.
fn capacities(inventory: &Inventory, markdown: bool) -> String {
    let mut columns: Vec<(&str, &Capacity)> = vec![("all", &inventory.total)];
    columns.extend(inventory.sides.iter().chain(&inventory.tiers).map(|(name, capacity)| (name.as_str(), capacity)));
    let mut table = Table::new();
    table.load_style(if markdown { presets::ASCII_MARKDOWN } else { presets::NOTHING });
    table.set_header(std::iter::once("").chain(columns.iter().map(|(name, _)| *name)));
    let mut row = |name: String, cell: &dyn Fn(&Capacity) -> String| {
        table.add_row(std::iter::once(name).chain(columns.iter().map(|(_, capacity)| cell(capacity))));
    };
    row("centers".to_owned(), &|c| c.centers.to_string());
    row("racks".to_owned(), &|c| c.racks.to_string());
    if inventory.total.racks_occupied > 0 {
        row("racks occupied, %".to_owned(), &|c| {
            if c.racks == 0 { String::new() } else { short(c.racks_occupied as f64 / c.racks as f64 * 100.0) }
        });
    }
    row("pools".to_owned(), &|c| c.pools.to_string());
    row("nodes".to_owned(), &|c| c.nodes.to_string());
    row("cores".to_owned(), &|c| c.cores.to_string());
    for kind in inventory.total.accelerators.keys() {
        row(format!("accelerators {kind}"), &|c| c.accelerators.get(kind).map_or_else(String::new, u64::to_string));
    }
    for precision in inventory.total.cpu_eflops.keys() {
        row(format!("EFLOPS {precision} of cores"), &|c| {
            c.cpu_eflops.get(precision).map_or_else(String::new, |it| short(*it))
        });
    }
    for precision in inventory.total.accelerator_eflops.keys() {
        let name = format!("EFLOPS {precision} of accelerators");
        row(name, &|c| c.accelerator_eflops.get(precision).map_or_else(String::new, |it| short(*it)));
    }
    row("peak power of nodes, MW".to_owned(), &|c| short(c.peak_mw));
    row("storage, PB".to_owned(), &|c| short(c.storage_pb));
    row("stored, PB".to_owned(), &|c| short(c.stored_pb));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Network, jobs and stacks, a line each.
fn lines(scenario: &Scenario, inventory: &Inventory) -> Vec<String> {
    let network = &inventory.network;
    let mut lines = vec![format!(
        "network: metros {}, exchange points {}, links {} with {} Tbps each way",
        inventory.metros,
        inventory.exchanges,
        network.links,
        short(network.capacity_tbps)
    )];
    for (kind, line) in &inventory.lines {
        lines.push(format!("of them {kind}: links {} with {} Tbps", line.links, short(line.capacity_tbps)));
    }
    if !inventory.circles.is_empty() {
        let circle =
            |circle: &scenario::Circle| format!("{} ms {:.1} %", circle.within_ms, circle.share_of_pairs * 100.0);
        let circles: Vec<String> = inventory.circles.iter().map(circle).collect();
        lines.push(format!("pairs of centers within (one way): {}", circles.join(", ")));
    }
    lines.push(format!(
        "jobs: single ones {}, workloads {}, tenants {}, datasets {}",
        inventory.single_jobs,
        inventory.workloads.len(),
        inventory.tenants,
        inventory.datasets
    ));
    for demand in &inventory.workloads {
        let rate = demand.jobs_per_day.map_or_else(|| "an unknown number of".to_owned(), short);
        let bound = demand.jobs_max.map_or_else(String::new, |most| format!(", at most {most}"));
        lines.push(format!("class {}: {rate} jobs a day{bound}", demand.name));
    }
    let stacks: Vec<&str> = scenario.stacks.keys().map(String::as_str).collect();
    let default = scenario.policy.as_ref().map_or_else(String::new, |name| format!(" (default {name})"));
    lines.push(format!("stacks: {}{default}", if stacks.is_empty() { "none".to_owned() } else { stacks.join(", ") }));
    if !scenario.variants.is_empty() {
        let variants: Vec<&str> = scenario.variants.keys().map(String::as_str).collect();
        lines.push(format!("variants: {}", variants.join(", ")));
    }
    lines
}

/// A number to four digits; whole where it is large.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 1000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 10.0 => 2,
        v if v >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eastwest::scenario::Input;

    #[test]
    fn the_inventory_of_two_centers() {
        let scenario = scenario::load(&Input::Embedded("two-centers".to_owned()), &[]).expect("loads");
        let inventory = scenario::inventory(&scenario);
        let text = page(&scenario, &inventory, false);
        let cells = |name: &str| -> Vec<String> {
            let line = text.lines().find(|line| line.trim_start().starts_with(name));
            line.unwrap_or_else(|| panic!("no {name} in\n{text}")).split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(cells("centers")[1], "2");
        assert_eq!(cells("nodes")[1], "3");
        assert_eq!(cells("cores")[1], "12");
        assert!(text.contains("links 1 with 0.01 Tbps each way") && text.contains("stacks: stay, west"), "{text}");
        assert!(page(&scenario, &inventory, true).contains("| centers "));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.01, 1.5, 123.456, 12_345.6, 0.0].map(short), ["0.01", "1.5", "123.5", "12346", "0"]);
    }
}
