//! Use and queues over the whole run, for a line of signs each.

use super::cells::{Cell, Row};
use super::{History, Timeline};
use crate::model::Side;
use crate::observe::metrics::{ratio, seconds};
use crate::units::SimTime;
use std::cmp::Reverse;

/// Use and queues over the run, at most a given number of equal spans of time; the last one may be shorter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// The length of a span in seconds.
    pub span_s: f64,
    /// Utilization: of all centers together, of each side that is open to jobs where there are several, of the centers used most where
    /// there are several. A name and a share a span; `None` where nothing is open.
    pub utilization: Vec<(String, Vec<Option<f64>>)>,
    /// The mean number of jobs queued and not started, in all centers together, by span.
    pub waiting: Vec<f64>,
}

impl Timeline {
    /// The course of the run to `end`, warm-up included: at most `spans` (at least one) spans of whole intervals, and `centers` centers,
    /// those of whose capacity most was held (then by name). The last state is extended to `end`; nothing changes.
    #[must_use]
    pub fn course(&self, end: SimTime, spans: usize, centers: usize) -> Course {
        let history = self.history(end);
        let joined = history.slices.len().div_ceil(spans.max(1)).max(1);
        let spans: Vec<&[Vec<Cell>]> = history.slices.chunks(joined).collect();
        let sum = |rows: &[usize]| -> Vec<Cell> {
            let add = |span: &&[Vec<Cell>]| {
                let mut total = Cell::default();
                span.iter().for_each(|slice| rows.iter().for_each(|row| total.add(&slice[*row])));
                total
            };
            spans.iter().map(add).collect()
        };
        let shares = |cells: &[Cell]| cells.iter().map(|cell| ratio(cell.held, cell.open)).collect::<Vec<_>>();
        let all = sum(&(0..self.rows.len()).collect::<Vec<_>>());
        let mut utilization = vec![("all".to_owned(), shares(&all))];
        let sides = self.sides();
        if sides.len() > 1 {
            utilization.extend(sides.into_iter().map(|(side, rows)| (side.word().to_owned(), shares(&sum(&rows)))));
        }
        let open = self.open_centers();
        if open.len() > 1 {
            let held = |row: usize| history.slices.iter().fold(0u128, |sum, slice| sum.saturating_add(slice[row].held));
            let mut most: Vec<_> = open.into_iter().map(|(row, name)| (Reverse(held(row)), name, row)).collect();
            most.sort();
            let most = most.into_iter().take(centers).filter(|(held, ..)| held.0 > 0);
            utilization.extend(most.map(|(_, name, row)| (name.to_owned(), shares(&sum(&[row])))));
        }
        let spans = all.iter().enumerate().map(|(at, cell)| (cell, history.joined_span(at, joined)));
        Course {
            span_s: seconds(u128::from(history.interval.0) * joined as u128).unwrap_or_default(),
            waiting: spans.map(|(cell, span)| ratio(cell.waiting, span).unwrap_or_default()).collect(),
            utilization,
        }
    }

    /// Rows of centers that open something to jobs, and their names.
    fn open_centers(&self) -> Vec<(usize, &str)> {
        let center = |(at, row): (usize, &Row)| match row {
            Row::Center(id) => Some((at, self.platform.centers[id.index()].name.as_str())),
            Row::Closed(_) => None,
        };
        self.rows.iter().enumerate().filter_map(center).collect()
    }

    /// The rows of each side with such centers.
    fn sides(&self) -> Vec<(Side, Vec<usize>)> {
        let of = |side: Side| -> Vec<usize> {
            let of_side = |(at, row): (usize, &Row)| match row {
                Row::Center(id) if self.platform.centers[id.index()].side == Some(side) => Some(at),
                _ => None,
            };
            self.rows.iter().enumerate().filter_map(of_side).collect()
        };
        Side::ALL.iter().map(|side| (*side, of(*side))).filter(|(_, rows)| !rows.is_empty()).collect()
    }
}

impl History {
    /// The nanoseconds of the `at`-th span of so many joined intervals.
    fn joined_span(&self, at: usize, joined: usize) -> u128 {
        let first = self.span(at * joined).0;
        let last = self.span((at * joined + joined - 1).min(self.slices.len() - 1)).1;
        u128::from(last.since(first).0)
    }
}
