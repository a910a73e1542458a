//! From a summary to tables, CSV and JSON: pure functions of results.
