//! The command line of eastwest.

mod cli;

/// Data of a nation are all over the memory: an allocator that keeps sizes together and asks for huge pages saves a tenth of the time.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
