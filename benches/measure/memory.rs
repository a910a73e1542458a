//! Peak memory, as the benches measure it.

/// The most memory that the process has held so far, in MiB (`VmHWM` of `/proc/self/status`).
pub(crate) fn peak_mib() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}
