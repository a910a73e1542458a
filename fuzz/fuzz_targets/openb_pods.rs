//! Any bytes as a list of pods of a GPU cluster.
#![no_main]

use eastwest::workload::openb::read_pods;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((_, report)) = read_pods(bytes) {
        report.reasons().for_each(drop);
    }
});
