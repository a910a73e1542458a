//! Who serves whose requests: each origin asks its first center, then the next, until it is served.
//!
//! In rounds: every origin with requests left asks the first place on its list that has room. A place that is asked for no more than
//! it has serves all of it; one that is asked for more serves all who ask in proportion and is full. So no origin comes before
//! another, and every round ends with all served or with a place less. The cost of a round is the number of origins not served yet.

use crate::units::SimDuration;

/// A place and how far it is from an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reach {
    /// There and back.
    pub(super) round_trip: SimDuration,
    /// Its number.
    pub(super) place: u32,
}

/// Which places each origin asks, and in which order.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    /// By origin, the nearest first.
    pub(super) near: Vec<Vec<Reach>>,
    /// How many of these are within the bound.
    pub(super) inside: Vec<usize>,
    /// The order of those within the bound where that is not the nearest first: places, the first to be asked first.
    pub(super) order: Option<Vec<u32>>,
    /// By origin, whether a place is within the bound; only with `order`.
    pub(super) is_inside: Vec<Vec<Option<SimDuration>>>,
    /// Whether places beyond the bound are not asked.
    pub(super) strict: bool,
}

impl Lists {
    /// How many places an origin asks at most.
    pub(super) fn asked(&self, origin: usize) -> usize {
        if self.strict { self.inside[origin] } else { self.near[origin].len() }
    }

    /// The entry at a position of an origin's list; `None` is a place of the order that is too far, to be passed over.
    /// Positions run to [`Lists::end`].
    fn at(&self, origin: usize, position: usize) -> Option<Reach> {
        match &self.order {
            None => self.near[origin].get(position).copied(),
            Some(order) => match order.get(position) {
                Some(place) => {
                    let round_trip = self.is_inside[origin][*place as usize]?;
                    Some(Reach { round_trip, place: *place })
                }
                None => self.near[origin].get(position - order.len() + self.inside[origin]).copied(),
            },
        }
    }

    /// One behind the last position of an origin's list.
    fn end(&self, origin: usize) -> usize {
        match &self.order {
            None => self.asked(origin),
            Some(order) if self.strict => order.len(),
            Some(order) => order.len() + self.near[origin].len() - self.inside[origin],
        }
    }
}

/// Shares out what is `left` of each origin's requests over what `room` each place has; both are reduced by it. `serve` is told
/// the origin, where it is served, and how much of it.
pub(super) fn assign(lists: &Lists, left: &mut [u64], room: &mut [u64], mut serve: impl FnMut(usize, Reach, u64)) {
    let mut asking: Vec<(usize, usize)> = (0..left.len()).filter(|origin| left[*origin] > 0).map(|o| (o, 0)).collect();
    let mut asked: Vec<u128> = vec![0; room.len()];
    let mut places: Vec<usize> = Vec::new();
    let mut asks: Vec<(usize, Reach)> = Vec::new();
    while !asking.is_empty() {
        asks.clear();
        places.clear();
        asking.retain_mut(|(origin, position)| {
            let found = (*position..lists.end(*origin))
                .find_map(|at| lists.at(*origin, at).filter(|reach| room[reach.place as usize] > 0).map(|r| (at, r)));
            let Some((at, reach)) = found else { return false };
            *position = at;
            let place = reach.place as usize;
            if asked[place] == 0 {
                places.push(place);
            }
            asked[place] += u128::from(left[*origin]);
            asks.push((*origin, reach));
            true
        });
        serve_round(&asks, &asked, left, room, &mut serve);
        places.iter().for_each(|place| asked[*place] = 0);
        asking.retain(|(origin, _)| left[*origin] > 0);
    }
}

/// Every place serves what it was asked for, or its room in proportion, exactly.
fn serve_round(
    asks: &[(usize, Reach)],
    asked: &[u128],
    left: &mut [u64],
    room: &mut [u64],
    serve: &mut impl FnMut(usize, Reach, u64),
) {
    // What was asked before at the same place, and what of the room that is worth.
    let mut before: Vec<(u128, u64)> = vec![(0, 0); room.len()];
    let full: Vec<u64> = room.to_vec();
    for (origin, reach) in asks {
        let place = reach.place as usize;
        let (sum, given) = &mut before[place];
        *sum += u128::from(left[*origin]);
        let has = u128::from(full[place]);
        // At most the room, which has 64 bits.
        let upto = if asked[place] <= has { *sum } else { has * *sum / asked[place] } as u64;
        let share = upto - *given;
        *given = upto;
        left[*origin] -= share;
        room[place] -= share;
        if share > 0 {
            serve(*origin, *reach, share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lists(round_trips: &[&[u64]], bound: u64, strict: bool) -> Lists {
        let mut lists = Lists { strict, ..Lists::default() };
        for row in round_trips {
            let mut near: Vec<Reach> = row
                .iter()
                .enumerate()
                .filter(|(_, rtt)| **rtt < u64::MAX)
                .map(|(place, rtt)| Reach { round_trip: SimDuration(*rtt), place: place as u32 })
                .collect();
            near.sort_unstable();
            lists.inside.push(near.partition_point(|reach| reach.round_trip.0 <= bound));
            lists.is_inside.push(row.iter().map(|rtt| (*rtt <= bound).then_some(SimDuration(*rtt))).collect());
            lists.near.push(near);
        }
        lists
    }

    type Got = Vec<(usize, u32, u64)>;

    /// What each origin got of each place, what it has left, and what the places have left.
    fn shared(lists: &Lists, left: &[u64], room: &[u64]) -> (Got, Vec<u64>, Vec<u64>) {
        let (mut left, mut room, mut got) = (left.to_vec(), room.to_vec(), Vec::new());
        assign(lists, &mut left, &mut room, |origin, reach, rate| got.push((origin, reach.place, rate)));
        got.sort_unstable();
        (got, left, room)
    }

    #[test]
    fn rounds_are_worked_by_hand() {
        // First round: origins 0 and 1 ask place 0, which has 60, for 60 + 30 and get 40 and 20; origin 2 gets 25 of the 50 of
        // place 1. Second round: the 20 and 10 that are left ask place 1, which has 25: 20 x 25 / 30 = 16, and 25 in all.
        let lists = lists(&[&[1, 5], &[2, 5], &[9, 3]], 4, false);
        let (got, left, room) = shared(&lists, &[60, 30, 25], &[60, 50]);
        assert_eq!(got, [(0, 0, 40), (0, 1, 16), (1, 0, 20), (1, 1, 9), (2, 1, 25)]);
        assert_eq!((left, room), (vec![4, 1, 0], vec![0, 0]));
    }

    #[test]
    fn a_strict_service_asks_within_its_bound_only() {
        let far = lists(&[&[1, 5]], 4, true);
        let (got, left, _) = shared(&far, &[10], &[6, 6]);
        assert_eq!((got, left), (vec![(0, 0, 6)], vec![4]));
        assert_eq!(far.asked(0), 1);
    }

    #[test]
    fn another_order_holds_within_the_bound() {
        // Places 0, 1 and 2 at 1, 3 and 5; 2 is beyond the bound of 4. The order asks 2, 1, 0: 2 is passed over, then 1, then
        // 0, and 2 last.
        let mut all = lists(&[&[1, 3, 5]], 4, false);
        all.order = Some(vec![2, 1, 0]);
        let (got, ..) = shared(&all, &[10], &[4, 4, 4]);
        assert_eq!(got, [(0, 0, 4), (0, 1, 4), (0, 2, 2)]);
        let (got, ..) = shared(&all, &[5], &[4, 4, 4]);
        assert_eq!(got, [(0, 0, 1), (0, 1, 4)]);
    }

    /// What must hold however requests and room lie.
    fn conserved(lists: &Lists, offered: &[u64], room: &[u64]) {
        let (got, left, rest) = shared(lists, offered, room);
        for (origin, offered) in offered.iter().enumerate() {
            let served: u64 = got.iter().filter(|(o, ..)| *o == origin).map(|(.., rate)| rate).sum();
            assert_eq!(served + left[origin], *offered);
            let reachable = &lists.near[origin][..lists.asked(origin)];
            // Nobody goes away while a place on his list has room.
            assert!(left[origin] == 0 || reachable.iter().all(|reach| rest[reach.place as usize] == 0));
            // Nobody is served late while there is room within his bound.
            let late = got.iter().any(|(o, place, _)| {
                *o == origin && !lists.near[origin][..lists.inside[origin]].iter().any(|reach| reach.place == *place)
            });
            let inside = &lists.near[origin][..lists.inside[origin]];
            assert!(!late || inside.iter().all(|reach| rest[reach.place as usize] == 0));
        }
        for (place, (room, rest)) in room.iter().zip(&rest).enumerate() {
            let served: u64 = got.iter().filter(|(_, p, _)| *p as usize == place).map(|(.., rate)| rate).sum();
            assert_eq!(served + rest, *room);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_idle(
            table in prop::collection::vec(prop::collection::vec(prop_oneof![0u64..20, Just(u64::MAX)], 4), 1..8),
            offered in prop::collection::vec(0u64..1000, 8),
            room in prop::collection::vec(0u64..1500, 4),
            strict in any::<bool>(),
            reordered in any::<bool>(),
        ) {
            let rows: Vec<&[u64]> = table.iter().map(Vec::as_slice).collect();
            let mut lists = lists(&rows, 10, strict);
            lists.order = reordered.then(|| vec![3, 1, 0, 2]);
            conserved(&lists, &offered[..rows.len()], &room);
        }
    }
}
