//! CPU time, as the benches measure it.

use std::sync::LazyLock;
use std::time::Instant;

/// Seconds of CPU time that this thread has had, from `/proc/thread-self/schedstat`; wall time where there is no such file.
#[expect(clippy::disallowed_methods, reason = "a bench measures; the wall clock is its second choice")]
pub(crate) fn seconds() -> f64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = text.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanos.map_or_else(|| BEGAN.elapsed().as_secs_f64(), |nanos| nanos * 1e-9)
}
