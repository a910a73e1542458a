//! Values by number, close together in memory that follows how many there are.

use super::table::Table;

/// As [`Table`], for larger values: the table holds their places alone, and the places that were left last are taken first.
///
/// So for jobs by their slots: a slot counts all jobs of the system, and with a row of slots each, thousands of pools would hold thousands
/// of times as many places as there are jobs.
#[derive(Debug, Clone)]
pub(crate) struct Dense<V> {
    places: Table<u32>,
    values: Vec<Option<V>>,
    unused: Vec<u32>,
}

impl<V> Dense<V> {
    pub(crate) fn new() -> Self {
        Self { places: Table::new(), values: Vec::new(), unused: Vec::new() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }

    /// The least number that has a value.
    pub(crate) fn least(&self) -> Option<u64> {
        self.places.least()
    }

    pub(crate) fn get(&self, number: u64) -> Option<&V> {
        self.values[*self.places.get(number)? as usize].as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut V> {
        self.values[*self.places.get(number)? as usize].as_mut()
    }

    /// Takes the place of what was there.
    pub(crate) fn insert(&mut self, number: u64, value: V) {
        if let Some(there) = self.get_mut(number) {
            *there = value;
            return;
        }
        let place = self.unused.pop().unwrap_or_else(|| {
            self.values.push(None);
            (self.values.len() - 1) as u32
        });
        self.values[place as usize] = Some(value);
        self.places.insert(number, place);
    }

    pub(crate) fn remove(&mut self, number: u64) -> Option<V> {
        let place = self.places.remove(number)?;
        self.unused.push(place);
        self.values[place as usize].take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_values_that_are_there() {
        let mut dense = Dense::new();
        for round in 0..1000_u64 {
            let number = round * 1_000;
            dense.insert(number, round);
            dense.insert(number, round + 1);
            assert_eq!(dense.get(number), Some(&(round + 1)));
            if let Some(value) = dense.get_mut(number) {
                *value += 1;
            }
            if round >= 10 {
                assert_eq!(dense.least(), Some((round - 10) * 1_000));
                assert_eq!(dense.remove((round - 10) * 1_000), Some(round - 8));
                assert_eq!(dense.remove((round - 10) * 1_000), None);
                assert_eq!(dense.len(), 10);
            }
        }
        assert_eq!(dense.values.len(), 11);
    }
}
