//! The command line of eastwest.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
