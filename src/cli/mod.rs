//! The command line: one file per verb. The only room that knows terminals, the wall clock and exit codes.

mod arguments;
mod choice;
mod compare;
mod completions;
mod explain;
mod failure;
mod foreign;
mod init;
mod input;
mod interrupt;
mod machine;
mod manifest;
mod output;
mod plots;
mod policies;
mod progress;
mod replay;
mod replay_arguments;
mod replay_gpu;
mod report;
mod run;
mod schema;
mod sinks;
mod source;
mod tables;
mod terminal;
mod validate;

pub(crate) use terminal::main;
