//! Any text as a base map.
#![no_main]

use eastwest::report::BaseMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = BaseMap::parse("fuzz.geojson", text);
});
