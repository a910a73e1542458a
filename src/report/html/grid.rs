//! The timeline, small enough for a page: one byte a share, and sums over groups of centers.

use super::columns::{integers, numbers, push_list, push_string, strings};
use crate::model::{Platform, Side};
use crate::observe::TimelineRow;
use serde::Deserialize;
use std::io;

/// Shares become 0 to 250; this is no data.
const NO_DATA: u8 = 255;
const WHOLE: f64 = 250.0;
/// Counts become their logarithm times this: steps of 6 %, up to a million.
const COUNT_STEPS: f64 = 18.0;

/// What the page keeps of the timeline. Rows are pushed in the order of `timeline.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineGrid {
    start_s: Vec<f64>,
    end_s: f64,
    /// What the rows of every interval are about, learned from the first.
    places: Vec<Place>,
    /// Of the row that comes next: its place in its interval.
    at: usize,
    /// By interval, then center or province: utilization, load, waiting.
    shares: [Vec<u8>; 3],
    /// By interval, then lane: busy.
    busy: Vec<u8>,
    /// All centers, then each side, then what has no side or several.
    groups: Vec<Group>,
    /// By center: its side.
    sides: Vec<Option<Side>>,
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    kind: &'static str,
    name: String,
    from: Option<String>,
    /// Its group besides that of all centers; `None` of a link.
    group: Option<usize>,
}

/// Sums over centers that have something in common.
#[derive(Debug, Clone, PartialEq, Default)]
struct Group {
    name: &'static str,
    used: bool,
    /// By measure of [`MEASURES`], then interval.
    sums: [Vec<f64>; 5],
}

/// What is summed over groups.
const MEASURES: [&str; 5] = ["running", "waiting", "power_kw", "cost_cny_per_h", "carbon_kg_per_h"];
/// The group of what has no side, or several.
const OTHER: usize = 4;

/// A row of `timeline.csv` as it is read back.
#[derive(Debug, Deserialize)]
struct ReadRow {
    interval_start_s: f64,
    interval_end_s: f64,
    kind: String,
    name: String,
    from: Option<String>,
    utilization: Option<f64>,
    load: Option<f64>,
    running_mean: Option<f64>,
    waiting_mean: Option<f64>,
    power_mean_kw: Option<f64>,
    energy_cost_cny_per_h: Option<f64>,
    carbon_kg_per_h: Option<f64>,
    busy: Option<f64>,
}

impl TimelineGrid {
    /// An empty grid of a platform.
    #[must_use]
    pub fn new(platform: &Platform) -> Self {
        let names = ["all centers", "east", "central", "west", "no or several sides"];
        Self {
            start_s: Vec::new(),
            end_s: 0.0,
            places: Vec::new(),
            at: 0,
            shares: Default::default(),
            busy: Vec::new(),
            groups: names.into_iter().map(|name| Group { name, ..Group::default() }).collect(),
            sides: platform.centers.iter().map(|center| center.side).collect(),
        }
    }

    /// The grid of a `timeline.csv`.
    ///
    /// # Errors
    /// Those of the reader, and a line that does not fit: another column, another place than in the first interval.
    pub fn read(platform: &Platform, reader: impl io::Read) -> Result<Self, String> {
        let mut grid = Self::new(platform);
        let mut csv = csv::Reader::from_reader(reader);
        for (line, row) in csv.deserialize::<ReadRow>().enumerate() {
            let row = row.map_err(|error| error.to_string())?;
            let kind = ["center", "closed", "link"].into_iter().find(|kind| *kind == row.kind);
            let kind = kind.ok_or_else(|| format!("line {}: \"{}\" is no kind of place", line + 2, row.kind))?;
            let row = TimelineRow {
                interval_start_s: row.interval_start_s,
                interval_end_s: row.interval_end_s,
                kind,
                name: &row.name,
                from: row.from.as_deref(),
                utilization: row.utilization,
                load: row.load,
                running_mean: row.running_mean,
                waiting_mean: row.waiting_mean,
                power_mean_kw: row.power_mean_kw,
                energy_cost_cny_per_h: row.energy_cost_cny_per_h,
                carbon_kg_per_h: row.carbon_kg_per_h,
                busy: row.busy,
                ..TimelineRow::default()
            };
            if !grid.fits(&row) {
                return Err(format!("line {}: another row is due than that of {kind} \"{}\"", line + 2, row.name));
            }
            grid.push(platform, &row);
        }
        if grid.at != grid.places.len() {
            return Err(format!("its last interval ends after {} of {} rows", grid.at, grid.places.len()));
        }
        Ok(grid)
    }

    /// Whether a row begins a new interval.
    fn begins(&self, row: &TimelineRow<'_>) -> bool {
        self.start_s.last().is_none_or(|start| start.to_bits() != row.interval_start_s.to_bits())
    }

    /// Whether a row is the one that comes next.
    fn fits(&self, row: &TimelineRow<'_>) -> bool {
        let at = if self.begins(row) { 0 } else { self.at };
        if self.start_s.len() <= 1 && !(self.begins(row) && self.start_s.len() == 1) {
            return true;
        }
        (at > 0 || self.at == self.places.len())
            && self.places.get(at).is_some_and(|place| {
                place.kind == row.kind && place.name == row.name && place.from.as_deref() == row.from
            })
    }

    /// Takes in the next row.
    pub fn push(&mut self, platform: &Platform, row: &TimelineRow<'_>) {
        if self.begins(row) {
            self.start_s.push(row.interval_start_s);
            self.end_s = row.interval_end_s;
            self.at = 0;
            for group in &mut self.groups {
                group.sums.iter_mut().for_each(|sums| sums.push(0.0));
            }
        }
        if self.start_s.len() == 1 {
            let group = (row.kind != "link").then(|| self.group_of(platform, row));
            if let Some(group) = group {
                self.groups[group].used = true;
                self.groups[0].used = true;
            }
            let (name, from) = (row.name.to_owned(), row.from.map(str::to_owned));
            self.places.push(Place { kind: row.kind, name, from, group });
        }
        match self.places.get(self.at).and_then(|place| place.group) {
            Some(group) => self.push_center(row, group),
            None => self.busy.push(share(row.busy)),
        }
        self.at += 1;
    }

    fn push_center(&mut self, row: &TimelineRow<'_>, group: usize) {
        self.shares[0].push(share(row.utilization));
        self.shares[1].push(share(row.load));
        self.shares[2].push(count(row.waiting_mean));
        let values =
            [row.running_mean, row.waiting_mean, row.power_mean_kw, row.energy_cost_cny_per_h, row.carbon_kg_per_h];
        for group in [0, group] {
            for (sums, value) in self.groups[group].sums.iter_mut().zip(values) {
                if let Some(last) = sums.last_mut() {
                    *last += value.unwrap_or(0.0);
                }
            }
        }
    }

    /// The group of a center's side, or of the side that all closed centers of a province share.
    fn group_of(&self, platform: &Platform, row: &TimelineRow<'_>) -> usize {
        let group = |side: Option<Side>| match side {
            Some(Side::East) => 1,
            Some(Side::Central) => 2,
            Some(Side::West) => 3,
            None => OTHER,
        };
        if row.kind == "center" {
            return group(platform.center_named(row.name).and_then(|id| self.sides[id.index()]));
        }
        let province = |center: &&crate::model::Center| center.province.as_deref().unwrap_or("-") == row.name;
        let mut sides = platform.centers.iter().filter(province).map(|center| group(center.side));
        let first = sides.next().unwrap_or(OTHER);
        if sides.all(|side| side == first) { first } else { OTHER }
    }

    /// Where the intervals begin, and where the last one ends, in seconds.
    pub(crate) fn intervals(&self) -> (&[f64], f64) {
        (&self.start_s, self.end_s)
    }

    /// Sums of one of [`MEASURES`] by interval over the centers of each side that has any; over all centers where none has a side.
    pub(crate) fn sides(&self, measure: &str) -> Vec<(&'static str, &[f64])> {
        let Some(at) = MEASURES.iter().position(|name| *name == measure) else { return Vec::new() };
        let sums = |group: &'_ Group| group.used.then_some(group.name);
        let sides: Vec<(&'static str, &[f64])> =
            self.groups[1..].iter().filter_map(|group| Some((sums(group)?, group.sums[at].as_slice()))).collect();
        match &sides[..] {
            [(_, only)] if self.groups[OTHER].used => vec![(self.groups[0].name, only)],
            _ => sides,
        }
    }

    /// The utilization of each side that has centers with weight, by interval: the mean over its centers, by their weights. Shares are
    /// known to the 250th part.
    pub(crate) fn utilization_of_sides(
        &self,
        platform: &Platform,
        weights: &[f64],
    ) -> Vec<(&'static str, Vec<Option<f64>>)> {
        let centers: Vec<(usize, f64)> = self
            .places
            .iter()
            .filter_map(|place| {
                let center = platform.center_named(&place.name).filter(|_| place.kind == "center");
                Some((place.group?, center.and_then(|id| weights.get(id.index())).copied().unwrap_or(0.0)))
            })
            .collect();
        let mean = |group: usize, interval: usize| {
            let bytes = self.shares[0].get(interval * centers.len()..(interval + 1) * centers.len())?;
            let mine = centers.iter().zip(bytes).filter(|((of, _), byte)| *of == group && **byte != NO_DATA);
            let (sum, weight) = mine.fold((0.0, 0.0), |(sum, all), ((_, weight), byte)| {
                (sum + weight * f64::from(*byte) / WHOLE, all + weight)
            });
            (weight > 0.0).then(|| sum / weight)
        };
        let groups =
            (1..self.groups.len()).filter(|group| centers.iter().any(|(of, weight)| of == group && *weight > 0.0));
        let name = |group: usize| self.groups[group].name;
        groups.map(|group| (name(group), (0..self.start_s.len()).map(|at| mean(group, at)).collect())).collect()
    }

    /// The bytes of all places: utilization, load and waiting of centers, then busy of lanes; in each by place, then time.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lanes = self.places.iter().filter(|place| place.group.is_none()).count();
        let mut bytes = Vec::with_capacity(3 * self.shares[0].len() + self.busy.len());
        for by_time in &self.shares {
            transpose(by_time, self.places.len() - lanes, &mut bytes);
        }
        transpose(&self.busy, lanes, &mut bytes);
        bytes
    }

    /// When the intervals are, what the rows are about (places of centers in their list, -1 for the closed centers of the province
    /// named; names of lanes as the number of the link times two, plus one on the way back), and the sums over groups, as JSON.
    pub(super) fn json(&self, platform: &Platform) -> String {
        let centers = || self.places.iter().filter(|place| place.group.is_some());
        let center = |place: &Place| match platform.center_named(&place.name).filter(|_| place.kind == "center") {
            Some(id) => i64::from(id.0),
            None => -1,
        };
        let lane = |place: &Place| {
            let at = platform.links.binary_search_by(|link| link.name.as_str().cmp(&place.name)).ok()?;
            let first = platform.sites.get(platform.links[at].between[0].index())?;
            let back = place.from.as_deref() != Some(first.name.as_str());
            Some(2 * at as i64 + i64::from(back))
        };
        let lanes = self.places.iter().filter(|place| place.group.is_none()).map(|place| lane(place).unwrap_or(-1));
        let mut text = format!(
            "{{\"start_s\":{},\"end_s\":{},\"whole\":{WHOLE},\"count_steps\":{COUNT_STEPS},\"center\":{},\"row\":{},\"lane\":{},\"groups\":",
            numbers(self.start_s.iter().copied()),
            serde_json::Value::from(self.end_s),
            integers(centers().map(center)),
            strings(centers().map(|place| place.name.as_str())),
            integers(lanes),
        );
        push_list(&mut text, self.groups.iter().filter(|group| group.used), |text, group| {
            text.push_str("{\"name\":");
            push_string(text, group.name);
            for (measure, sums) in MEASURES.iter().zip(&group.sums) {
                text.push_str(&format!(",\"{measure}\":{}", numbers(sums.iter().copied())));
            }
            text.push('}');
        });
        text.push('}');
        text
    }
}

/// From rows of one instant to rows of one place, which are more alike and shrink better.
fn transpose(by_time: &[u8], places: usize, bytes: &mut Vec<u8>) {
    for place in 0..places {
        bytes.extend(by_time.iter().skip(place).step_by(places.max(1)));
    }
}

/// A share as a byte; what is more than nothing stays more than nothing.
fn share(value: Option<f64>) -> u8 {
    value.map_or(NO_DATA, |value| match (value * WHOLE).clamp(0.0, WHOLE) {
        scaled if scaled > 0.0 => scaled.max(1.0).round() as u8,
        _ => 0,
    })
}

/// A mean number as a byte, on a logarithmic scale.
fn count(value: Option<f64>) -> u8 {
    value.map_or(NO_DATA, |value| match libm::log1p(value.max(0.0)) * COUNT_STEPS {
        scaled if scaled > 0.0 => scaled.clamp(1.0, 254.0).round() as u8,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Timeline;
    use crate::observe::sample::{platform, s, tell, west};
    use crate::units::SimDuration;
    use std::sync::Arc;

    #[test]
    fn shares_and_counts_are_bytes() {
        assert_eq!(
            [None, Some(0.0), Some(1e-9), Some(0.5), Some(1.0), Some(2.0)].map(share),
            [255, 0, 1, 125, 250, 250]
        );
        assert_eq!([None, Some(0.0), Some(1e-9), Some(1.0), Some(1e9)].map(count), [255, 0, 1, 12, 254]);
    }

    #[test]
    fn a_grid_reads_back_from_its_table() {
        let platform = Arc::new(platform());
        let mut timeline = Timeline::new(Arc::clone(&platform), SimDuration::from_secs(777));
        tell(&mut timeline, &west());
        let mut grid = TimelineGrid::new(&platform);
        let mut csv = Vec::new();
        let rows = timeline.rows(s(7200)).inspect(|row| grid.push(&platform, row));
        crate::report::timeline_csv(rows, &mut csv).expect("memory");
        assert_eq!(TimelineGrid::read(&platform, &csv[..]), Ok(grid.clone()));
        // Ten intervals of two centers and the one direction that carried anything.
        assert_eq!(grid.bytes().len(), 10 * (3 * 2 + 1));
        let json: serde_json::Value = serde_json::from_str(&grid.json(&platform)).expect("JSON");
        assert_eq!(json["start_s"].as_array().map(Vec::len), Some(10));
        assert_eq!((&json["center"], &json["lane"]), (&serde_json::json!([0, 1]), &serde_json::json!([0])));
        let names: Vec<&str> =
            json["groups"].as_array().expect("groups").iter().filter_map(|g| g["name"].as_str()).collect();
        assert_eq!(names, ["all centers", "east", "west"]);
        // Horinger runs one job or two: the group of the west has its sums.
        let running = json["groups"][2]["running"][1].as_f64().expect("a number");
        assert!((1.0..=2.0).contains(&running), "{running}");
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        let platform = platform();
        let header = "interval_start_s,interval_end_s,kind,name,from,to,utilization,load,running_mean,waiting_mean,power_mean_kw,energy_cost_cny_per_h,carbon_kg_per_h,rate_mean_bps,busy\n";
        let read =
            |rows: &str| TimelineGrid::read(&platform, format!("{header}{rows}").as_bytes()).expect_err("refused");
        let row = |start: u32, name: &str| format!("{start},60,center,{name},,,0.5,0.5,1,0,1,1,1,,\n");
        let first = row(0, "beijing") + &row(0, "horinger");
        assert_eq!(read(&(first.clone() + &row(60, "beijing"))), "its last interval ends after 1 of 2 rows");
        assert!(read(&(first.clone() + &row(60, "horinger"))).starts_with("line 4: another row is due"));
        assert!(read(&(first.clone() + &row(60, "beijing") + &row(120, "beijing"))).starts_with("line 5"));
        assert!(read("0,60,planet,a,,,0.5,0.5,1,0,1,1,1,,\n").contains("\"planet\" is no kind of place"));
        assert!(read("0,60,center,a,,,many,0.5,1,0,1,1,1,,\n").contains("line"), "names the line");
    }
}
