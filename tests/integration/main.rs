//! End-to-end tests, one binary: it links once, and its modules share their helpers.

mod architecture;
mod documents;
