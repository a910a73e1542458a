//! The command line of eastwest.
fn main() {}
