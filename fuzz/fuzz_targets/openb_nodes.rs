//! Any bytes as a list of nodes of a GPU cluster.
#![no_main]

use eastwest::workload::openb::read_nodes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = read_nodes(bytes);
});
