//! `completions`: what a shell wants to know of the command line.

use super::arguments::Arguments;
use super::failure::Failure;
use super::terminal;
use clap::CommandFactory;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "eastwest", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))
}
