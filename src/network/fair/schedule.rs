//! When each route class next loses a flow: a tree of minima over class numbers.

/// Children of a tree node. A change costs at most one scan of this many values a level, usually none.
const FAN_OUT: usize = 16;

/// The due time of every class, with the least of them at hand. [`Schedule::NEVER`] is "not by itself".
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// Level 0 holds the classes; each level above holds the minima of `FAN_OUT` neighbors below; the top has one.
    levels: Vec<Vec<u64>>,
}

impl Schedule {
    /// No change ever.
    pub(super) const NEVER: u64 = u64::MAX;

    pub(super) fn new() -> Self {
        Self { levels: vec![vec![Self::NEVER; FAN_OUT], vec![Self::NEVER]] }
    }

    /// For so many from the start.
    pub(super) fn with_room(count: usize) -> Self {
        let mut schedule = Self::new();
        schedule.reserve(count);
        schedule
    }

    /// The least due time.
    pub(super) fn min(&self) -> u64 {
        self.levels.last().map_or(Self::NEVER, |top| top[0])
    }

    /// A class that is due first: the least number among equals.
    pub(super) fn first(&self) -> u32 {
        let least = self.min();
        let mut at = 0;
        for level in self.levels.iter().rev().skip(1) {
            let from = at * FAN_OUT;
            at = from + level[from..from + FAN_OUT].iter().position(|&due| due == least).unwrap_or(0);
        }
        at as u32
    }

    /// Makes room for classes below `count`.
    pub(super) fn reserve(&mut self, count: usize) {
        if count <= self.levels[0].len() {
            return;
        }
        self.levels[0].resize(count.next_multiple_of(FAN_OUT), Self::NEVER);
        self.levels.truncate(1);
        while self.levels.last().is_some_and(|level| level.len() > 1) {
            let below = &self.levels[self.levels.len() - 1];
            let mut minima: Vec<u64> =
                below.chunks(FAN_OUT).map(|c| c.iter().copied().min().unwrap_or(Self::NEVER)).collect();
            if minima.len() > 1 {
                minima.resize(minima.len().next_multiple_of(FAN_OUT), Self::NEVER);
            }
            self.levels.push(minima);
        }
    }

    /// Sets the due time of a class.
    pub(super) fn set(&mut self, class: u32, due: u64) {
        let mut at = class as usize;
        let mut value = due;
        let mut old = std::mem::replace(&mut self.levels[0][at], value);
        for i in 1..self.levels.len() {
            let parent = at / FAN_OUT;
            let held = self.levels[i][parent];
            let new = if value <= held {
                value
            } else if old == held {
                let from = parent * FAN_OUT;
                self.levels[i - 1][from..from + FAN_OUT].iter().fold(Self::NEVER, |least, &due| least.min(due))
            } else {
                held
            };
            if new == held {
                return;
            }
            self.levels[i][parent] = new;
            (at, value, old) = (parent, new, held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_minimum_of_a_plain_list(changes in prop::collection::vec((0u32..600, 0u64..50), 1..400)) {
            let (mut tree, mut list) = (Schedule::new(), vec![Schedule::NEVER; 600]);
            let mut room = 0;
            for (class, due) in changes {
                room = room.max(class as usize + 1);
                tree.reserve(room);
                let due = if due == 0 { Schedule::NEVER } else { due };
                tree.set(class, due);
                list[class as usize] = due;
                let least = list.iter().copied().min().unwrap_or(0);
                prop_assert_eq!(tree.min(), least);
                if least != Schedule::NEVER {
                    prop_assert_eq!(Some(tree.first() as usize), list.iter().position(|&d| d == least));
                }
            }
        }
    }
}
