//! Figures for papers, as SVG: black axes, colors that color-blind people tell apart, texts as texts, sizes in millimeters.
//!
//! What is drawn is told as a [`Figure`](figure::Figure); `draw` alone knows the library that draws it.

mod compare;
mod draw;
mod figure;
mod run;
mod ticks;

#[cfg(test)]
mod tests;

pub use compare::compare_plots;
pub use run::run_plots;

/// A drawn figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// What it shows, for a file's name: letters, digits, `_`, `-` and `.`.
    pub name: String,
    /// The file.
    pub svg: String,
}
