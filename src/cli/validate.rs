//! `validate`: what is wrong with a scenario, or what is in it.

use super::arguments::{Format, Global, ScenarioArguments};
use super::failure::Failure;
use super::{input, terminal};
use eastwest::scenario;

pub(crate) fn validate(arguments: &ScenarioArguments, global: &Global) -> Result<(), Failure> {
    let scenario = input::load(arguments, &[])?;
    terminal::warn(global, &scenario.warnings);
    let inventory = scenario::inventory(&scenario);
    terminal::print(&match global.format {
        Format::Json => terminal::pretty(&inventory.to_json()),
        Format::Text => inventory.to_text(),
        Format::Markdown => inventory.to_markdown(),
    })
}
