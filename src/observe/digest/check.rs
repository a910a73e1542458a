//! Whether a digest that was read from a file is one: what a file says is not believed.

use super::Digest;

/// Seconds in the 584 years that the clock has, and a little more.
const SECONDS_MAX: f64 = 2e10;
/// More jobs, nodes or units of a resource than any run has.
const COUNT_MAX: u64 = 1 << 52;
/// More bytes than any run moves.
const BYTES_MAX: f64 = 1e30;

impl Digest {
    /// Checks that columns are of one length, that rows name what is there, and that numbers can be.
    ///
    /// # Errors
    /// The first place that cannot be, as a path of keys, and why.
    pub fn check(&self) -> Result<(), String> {
        self.check_usage()?;
        self.check_traffic()?;
        self.check_flows()?;
        self.check_curves()?;
        self.check_jobs()
    }

    fn check_usage(&self) -> Result<(), String> {
        let usage = &self.usage;
        let intervals = usage.start_s.len();
        seconds("usage.start_s", &usage.start_s)?;
        seconds("usage.end_s", &[usage.end_s])?;
        length("usage.open_mean", usage.open_mean.len(), usage.kinds.len())?;
        length("usage.held_mean", usage.held_mean.len(), usage.kinds.len())?;
        for row in &usage.open_mean {
            length("usage.open_mean", row.len(), intervals)?;
            amounts("usage.open_mean", row)?;
        }
        for holders in &usage.held_mean {
            length("usage.held_mean", holders.len(), usage.holders.len())?;
            for row in holders {
                length("usage.held_mean", row.len(), intervals)?;
                amounts("usage.held_mean", row)?;
            }
        }
        Ok(())
    }

    fn check_traffic(&self) -> Result<(), String> {
        let traffic = &self.traffic;
        seconds("traffic.start_s", &traffic.start_s)?;
        seconds("traffic.end_s", &[traffic.end_s])?;
        length("traffic.to", traffic.to.len(), traffic.from.len())?;
        length("traffic.bytes", traffic.bytes.len(), traffic.from.len())?;
        for row in &traffic.bytes {
            length("traffic.bytes", row.len(), traffic.start_s.len())?;
            within("traffic.bytes", row, BYTES_MAX)?;
        }
        Ok(())
    }

    fn check_flows(&self) -> Result<(), String> {
        let flows = &self.flows;
        let rows = flows.class.len();
        for (name, column) in [
            ("flows.origin", flows.origin.len()),
            ("flows.center", flows.center.len()),
            ("flows.jobs", flows.jobs.len()),
        ] {
            length(name, column, rows)?;
        }
        places("flows.class", &flows.class, self.classes.len())?;
        places("flows.origin", &flows.origin, self.sites.len())?;
        places("flows.center", &flows.center, self.centers.len())?;
        counts("flows.jobs", &flows.jobs)
    }

    fn check_curves(&self) -> Result<(), String> {
        for curve in &self.curves {
            places("curves.class", &[curve.class], self.classes.len())?;
            counts("curves.waits", &[curve.waits, curve.slowdowns])?;
            seconds("curves.wait_s", &curve.wait_s)?;
            amounts("curves.bounded_slowdown", &curve.bounded_slowdown)?;
            for (name, points, of) in [
                ("curves.wait_s", &curve.wait_s, curve.waits),
                ("curves.bounded_slowdown", &curve.bounded_slowdown, curve.slowdowns),
            ] {
                length(name, points.len(), if of == 0 { 0 } else { super::CURVE_SHARES.len() })?;
            }
        }
        Ok(())
    }

    fn check_jobs(&self) -> Result<(), String> {
        let jobs = &self.jobs;
        let rows = jobs.start_s.len();
        length("jobs.placed", jobs.placed.len(), self.centers.len())?;
        for (name, column) in [
            ("jobs.center", jobs.center.len()),
            ("jobs.class", jobs.class.len()),
            ("jobs.job", jobs.job.len()),
            ("jobs.submit_s", jobs.submit_s.len()),
            ("jobs.staged_s", jobs.staged_s.len()),
            ("jobs.end_s", jobs.end_s.len()),
            ("jobs.nodes", jobs.nodes.len()),
        ] {
            length(name, column, rows)?;
        }
        places("jobs.center", &jobs.center, self.centers.len())?;
        places("jobs.class", &jobs.class, self.classes.len())?;
        counts("jobs.placed", &jobs.placed)?;
        counts("jobs.nodes", &jobs.nodes)?;
        seconds("jobs.submit_s", &jobs.submit_s)?;
        seconds("jobs.staged_s", &jobs.staged_s)?;
        seconds("jobs.start_s", &jobs.start_s)?;
        seconds("jobs.end_s", &jobs.end_s)
    }
}

fn length(name: &str, found: usize, due: usize) -> Result<(), String> {
    if found == due { Ok(()) } else { Err(format!("{name} has {found} entries where {due} are due")) }
}

fn places(name: &str, found: &[u32], of: usize) -> Result<(), String> {
    match found.iter().find(|place| **place as usize >= of) {
        Some(place) => Err(format!("{name} names number {place} of {of}")),
        None => Ok(()),
    }
}

fn counts(name: &str, found: &[u64]) -> Result<(), String> {
    match found.iter().find(|count| **count > COUNT_MAX) {
        Some(count) => Err(format!("{name} holds {count}, which cannot be")),
        None => Ok(()),
    }
}

fn seconds(name: &str, found: &[f64]) -> Result<(), String> {
    within(name, found, SECONDS_MAX)
}

fn amounts(name: &str, found: &[f64]) -> Result<(), String> {
    within(name, found, COUNT_MAX as f64)
}

fn within(name: &str, found: &[f64], most: f64) -> Result<(), String> {
    match found.iter().find(|value| !(0.0..=most).contains(*value)) {
        Some(value) => Err(format!("{name} holds {value}, which cannot be")),
        None => Ok(()),
    }
}
