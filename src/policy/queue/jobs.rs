//! What a pool's discipline knows of its jobs, in memory that follows how many there are.

use crate::model::JobSlot;
use crate::model::table::Table;

/// Values by slot of a job. A slot counts all jobs of the system: with a row of slots each, thousands of pools would hold thousands of
/// times as many places as there are jobs.
#[derive(Debug)]
pub(super) struct Jobs<V> {
    places: Table<u32>,
    values: Vec<Option<V>>,
    unused: Vec<u32>,
}

impl<V> Jobs<V> {
    pub(super) fn new() -> Self {
        Self { places: Table::new(), values: Vec::new(), unused: Vec::new() }
    }

    pub(super) fn get(&self, job: JobSlot) -> Option<&V> {
        self.values[*self.places.get(job.index() as u64)? as usize].as_ref()
    }

    pub(super) fn get_mut(&mut self, job: JobSlot) -> Option<&mut V> {
        self.values[*self.places.get(job.index() as u64)? as usize].as_mut()
    }

    /// Takes the place of what was there.
    pub(super) fn insert(&mut self, job: JobSlot, value: V) {
        if let Some(there) = self.get_mut(job) {
            *there = value;
            return;
        }
        let place = self.unused.pop().unwrap_or_else(|| {
            self.values.push(None);
            (self.values.len() - 1) as u32
        });
        self.values[place as usize] = Some(value);
        self.places.insert(job.index() as u64, place);
    }

    pub(super) fn remove(&mut self, job: JobSlot) -> Option<V> {
        let place = self.places.remove(job.index() as u64)?;
        self.unused.push(place);
        self.values[place as usize].take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_jobs_that_are_there() {
        let mut jobs = Jobs::new();
        for round in 0..1000_u32 {
            let job = JobSlot(round * 1_000);
            jobs.insert(job, round);
            jobs.insert(job, round + 1);
            assert_eq!(jobs.get(job), Some(&(round + 1)));
            if let Some(value) = jobs.get_mut(job) {
                *value += 1;
            }
            if round >= 10 {
                assert_eq!(jobs.remove(JobSlot((round - 10) * 1_000)), Some(round - 8));
                assert_eq!(jobs.remove(JobSlot((round - 10) * 1_000)), None);
            }
        }
        assert_eq!(jobs.values.len(), 11);
    }
}
