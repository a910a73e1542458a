//! What the machine says about this process: for the manifest, never for results.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The signals that were ignored when the program began, a bit each from signal 1 on; none where the system does not say.
#[cfg(unix)]
pub(crate) fn ignored_signals() -> u64 {
    let mask = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(line.trim(), 16).ok()
    };
    mask().unwrap_or(0)
}

/// Clock ticks a second in `/proc/<pid>/stat`; USER_HZ, which Linux has fixed at 100 for programs on every machine Rust's
/// standard library runs on.
#[cfg(target_os = "linux")]
const TICKS_PER_SECOND: f64 = 100.0;

/// The wall clock for measuring.
#[expect(clippy::disallowed_methods, reason = "the command line measures its own time; it goes to the manifest only")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The wall clock's date, RFC 3339 in UTC, to the second.
#[expect(clippy::disallowed_methods, reason = "the date of a run goes to the manifest only")]
pub(crate) fn date() -> String {
    date_text(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs())
}

/// Seconds since 1970 as a date (the calendar of Howard Hinnant's `civil_from_days`, eras of 400 years from March 1, 0000).
fn date_text(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The most memory this process had, in bytes; `None` where the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn memory_peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// CPU seconds of this process so far, all threads; `None` where the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the program's name in parentheses, may hold spaces; user and system time are the 14th and 15th.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) as f64 / TICKS_PER_SECOND)
}

/// The most memory this process had, in bytes; `None` where the system does not say.
#[cfg(not(target_os = "linux"))]
pub(crate) fn memory_peak_bytes() -> Option<u64> {
    None
}

/// CPU seconds of this process so far, all threads; `None` where the system does not say.
#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_seconds() -> Option<f64> {
    None
}

/// A variable of the environment that is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line asks how the terminal wants its text; results never see it"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Runs that this machine does well at the same time.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_the_calendars() {
        // `date -u -d @N +%FT%TZ` of GNU coreutils.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_703_433_600, "2023-12-24T16:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(date_text(seconds), text);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_is_measured() {
        assert!(memory_peak_bytes().is_some_and(|bytes| bytes > 1 << 20));
        assert!(cpu_seconds().is_some_and(|seconds| seconds < 86_400.0));
    }
}
