//! `validate`: what is wrong with a scenario, or what is in it.

mod groups;
mod loads;
mod provenance;
mod totals;

use super::arguments::{Format, Global, ScenarioArguments};
use super::failure::{Failure, Message};
use super::{input, terminal};
use eastwest::experiment;
use eastwest::report::{self, Look, Sheet, WIDTH, anchor_sheet, markdown_text, wrapped};
use eastwest::scenario::{self, Inventory, OfferedLoad, Scenario, Totals};
use serde_json::json;

pub(crate) fn validate(arguments: &ScenarioArguments, global: &Global) -> Result<(), Failure> {
    let scenario = input::load(arguments, &[])?;
    for name in scenario.variants.keys() {
        input::load(&input::variant(arguments, name)?, &[])?;
    }
    terminal::warn(global, &scenario.warnings);
    experiment::check_figures(&scenario).map_err(|problem| Failure::Unusable(Message::new(problem)))?;
    let inventory = scenario::inventory(&scenario);
    let totals = inventory.totals(&scenario);
    let loads = scenario::offered_load(&scenario);
    terminal::warn(global, &scenario::overloads(&loads));
    terminal::print(&match global.format {
        Format::Json => terminal::pretty(&json!({
            "scenario": scenario.name,
            "description": scenario.description,
            "totals": totals,
            "reach": inventory.circles,
            "offered_load": loads,
            "anchors": experiment::anchors(&scenario, &inventory),
            "provenance": scenario.provenance,
            "inventory": inventory,
            "stacks": scenario.stacks.keys().collect::<Vec<_>>(),
            "policy": scenario.policy,
            "variants": scenario.variants.keys().collect::<Vec<_>>(),
            "warnings": scenario.warnings,
        })),
        Format::Text | Format::Markdown => page(&scenario, &inventory, (&totals, &loads), terminal::look(global)),
    })
}

fn page(scenario: &Scenario, inventory: &Inventory, (totals, loads): (&Totals, &[OfferedLoad]), look: Look) -> String {
    let markdown = look.format == report::Format::Markdown;
    let mut text = if markdown {
        format!("# {}\n\n{}\n", markdown_text(&scenario.name), markdown_text(&scenario.description))
    } else {
        [&scenario.name, &scenario.description].map(|words| wrapped(words, WIDTH)).concat().join("\n") + "\n"
    };
    if !markdown || !scenario.description.is_empty() {
        text.push('\n');
    } else {
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    for line in totals::lines(scenario, inventory, totals) {
        if markdown {
            text.push_str(&format!("- {}\n", markdown_text(&line)));
            continue;
        }
        for (at, part) in wrapped(&line, WIDTH - 4).iter().enumerate() {
            text.push_str(&format!("{}{part}\n", if at == 0 { "" } else { "  " }));
        }
    }
    for (title, groups) in [
        ("Tiers", &inventory.tiers),
        ("Sides", &inventory.sides),
        ("Hubs", &inventory.hubs),
        ("Provinces", &inventory.provinces),
        ("Operators", &inventory.operators),
    ] {
        section(&mut text, title, &groups::sheet(groups), look);
    }
    section(&mut text, "Offered load, expected before any broker decides", &loads::sheet(loads), look);
    section(&mut text, "How figures of the tables are known, in rows", &provenance::sheet(&scenario.provenance), look);
    let anchors = experiment::anchors(scenario, inventory);
    section(&mut text, "Published figures and the scenario's own", &anchor_sheet(&anchors), look);
    text
}

/// A heading and a table, where it has rows.
fn section(text: &mut String, title: &str, sheet: &Sheet, look: Look) {
    if !sheet.rows.is_empty() {
        let markdown = look.format == report::Format::Markdown;
        text.push_str(&if markdown { format!("\n## {title}\n\n") } else { format!("\n{title}\n") });
        text.push_str(&sheet.render(look));
    }
}

/// A number to four digits; whole, with its thousands set off, where it is large.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 1000.0 => return count(value.round() as u64),
        v if v >= 100.0 => 1,
        v if v >= 10.0 => 2,
        v if v >= 1.0 => 3,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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

#[cfg(test)]
mod tests {
    use super::*;
    use eastwest::scenario::Input;

    #[test]
    fn the_inventory_of_two_centers() {
        let scenario = scenario::load(&Input::Embedded("two-centers".to_owned()), &[]).expect("loads");
        let inventory = scenario::inventory(&scenario);
        let totals = inventory.totals(&scenario);
        let text = page(&scenario, &inventory, (&totals, &scenario::offered_load(&scenario)), Look::default());
        for words in [
            "centers 2, metros 0, exchange points 0",
            "servers 3 with 12 cores",
            "links 1 with 0.01 Tbps each way",
            "stacks: stay, west",
        ] {
            assert!(text.contains(words), "no {words:?} in\n{text}");
        }
        assert!(
            page(&scenario, &inventory, (&totals, &[]), report::Format::Markdown.into())
                .starts_with("# two-centers\n\n- centers 2")
        );
        assert!(!text.contains("Published"), "it has no anchors");
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        for (name, _) in scenario::embedded() {
            let scenario = scenario::load(&Input::Embedded(name.to_owned()), &[]).expect("loads");
            let inventory = scenario::inventory(&scenario);
            let text = page(
                &scenario,
                &inventory,
                (&inventory.totals(&scenario), &scenario::offered_load(&scenario)),
                Look::default(),
            );
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.01, 1.5, 123.456, 12_345.6, 0.0].map(short), ["0.01", "1.5", "123.5", "12,346", "0"]);
    }
}
