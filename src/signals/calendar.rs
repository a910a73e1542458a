//! From the wall calendar of the scenario to simulated time.

use crate::units::SimDuration;

/// How the run's start lies in the week: what is needed for hours of the day and days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Time of day at the start of the run.
    pub time_of_day: SimDuration,
    /// Day of the week at the start, 0 = Monday.
    pub weekday: u8,
}

impl Calendar {
    /// Rotates hourly values of a day (from midnight) into steps from the run's start, for a period of one day.
    #[must_use]
    pub fn daily<T: Copy>(&self, hours: &[T; 24]) -> Vec<(SimDuration, T)> {
        let values: Vec<T> = hours.to_vec();
        self.rotate(&values, self.time_of_day.0)
    }

    /// Rotates hourly values of a week (from Monday, midnight) into steps from the run's start, for a period of one week.
    #[must_use]
    pub fn weekly<T: Copy>(&self, hours: &[T; 168]) -> Vec<(SimDuration, T)> {
        let values: Vec<T> = hours.to_vec();
        self.rotate(&values, u64::from(self.weekday) * SimDuration::DAY.0 + self.time_of_day.0)
    }

    fn rotate<T: Copy>(&self, values: &[T], offset: u64) -> Vec<(SimDuration, T)> {
        let hour = SimDuration::HOUR.0;
        let n = values.len();
        let first = usize::try_from(offset / hour).unwrap_or(0) % n;
        let into = offset % hour;
        let mut steps = vec![(SimDuration::ZERO, values[first])];
        for k in 1..n {
            steps.push((SimDuration(k as u64 * hour - into), values[(first + k) % n]));
        }
        if into > 0 {
            // The hour that was under way at the start comes round again at the end of the period.
            steps.push((SimDuration(n as u64 * hour - into), values[first]));
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_within_an_hour_splits_that_hour() {
        let mut hours = [0u64; 24];
        hours[13] = 7;
        let calendar = Calendar { time_of_day: SimDuration::from_secs(13 * 3600 + 1800), weekday: 0 };
        let steps = calendar.daily(&hours);
        assert_eq!(steps[0], (SimDuration::ZERO, 7));
        assert_eq!(steps[1], (SimDuration::from_secs(1800), 0));
        assert_eq!(steps[24], (SimDuration::from_secs(23 * 3600 + 1800), 7));
    }
}
