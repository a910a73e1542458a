//! `schema`: the JSON schema of the scenario language.

use super::failure::Failure;
use super::terminal;

pub(crate) fn schema() -> Result<(), Failure> {
    terminal::print(&terminal::pretty(&eastwest::scenario::schema()))
}
