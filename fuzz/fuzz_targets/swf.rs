//! Any bytes as a log in the Standard Workload Format.
#![no_main]

use eastwest::workload::swf::{SwfOptions, SwfReader, survey};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = survey(bytes, &SwfOptions::default());
    if let Ok(mut reader) = SwfReader::new(bytes) {
        while let Ok(Some(_)) = reader.next_record() {}
    }
});
