//! Figures as files.

use super::arguments::PlotArguments;
use super::failure::Failure;
use super::output::file;
use super::terminal;
use crate::cli::arguments::Global;
use eastwest::report::Plot;
use std::fs;
use std::path::Path;

/// Makes the directory of the figures, if there is to be one, and tries to write there: before a long run, not after it.
pub(crate) fn prepare(arguments: &PlotArguments) -> Result<(), Failure> {
    let Some(directory) = &arguments.plots else { return Ok(()) };
    fs::create_dir_all(directory).map_err(|error| Failure::path("make", directory, &error))?;
    file::can_write_in(directory)
}

/// Writes figures, each whole or not at all. Other files there stay.
pub(crate) fn write(arguments: &PlotArguments, plots: &[Plot], global: &Global) -> Result<(), Failure> {
    let Some(directory) = &arguments.plots else { return Ok(()) };
    for plot in plots {
        write_one(directory, plot)?;
    }
    terminal::note(global, &format!("plots: {} in {}", plots.len(), directory.display()));
    Ok(())
}

fn write_one(directory: &Path, plot: &Plot) -> Result<(), Failure> {
    file::write_whole(&directory.join(format!("{}.svg", plot.name)), plot.svg.as_bytes())
}
