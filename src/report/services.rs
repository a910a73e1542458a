//! Services in the summary that a person reads.

use super::human::{energy, number, percent, seconds};
use super::text::{Content, cell, clipped};
use crate::observe::{ServiceSummary, Summary};

/// All requests together, where there are any.
pub(super) fn line(summary: &Summary) -> Option<(&'static str, String)> {
    let (served, in_time) = (summary.served_share?, summary.in_time_share?);
    Some((
        "requests",
        format!("{}, {} served, {} in time", amount(summary.requests), percent(served), percent(in_time)),
    ))
}

/// One row a service.
pub(super) fn services(summary: &Summary) -> Content {
    let row = |s: &ServiceSummary| {
        vec![
            clipped(&s.service, 21),
            amount(s.requests),
            cell(s.in_time_share, percent),
            cell(s.round_trip_mean_s, seconds),
            cell(s.round_trip_p95_s, seconds),
            cell(s.replicas_mean, amount),
            amount(s.replicas_peak as f64),
            cell(s.utilization, percent),
            energy(s.caused_energy_kwh),
        ]
    };
    Content {
        header: vec!["service", "requests", "in time", "trip", "p95", "replicas", "peak", "used", "energy"],
        rows: summary.services.iter().map(row).collect(),
        names: 1,
        note: None,
    }
}

/// Why requests were late or not served, of the services that have some.
pub(super) fn missed(summary: &Summary) -> Content {
    let share = |part: f64, s: &ServiceSummary| percent(part / s.requests);
    let rows = summary.services.iter().filter(|s| s.requests > 0.0 && s.in_time_share.is_some_and(|it| it < 1.0));
    let row = |s: &ServiceSummary| {
        let late = s.served - s.in_time_share.unwrap_or_default() * s.requests;
        // What rounding leaves of nothing is nothing.
        let late = if late <= s.requests * 1e-12 { 0.0 } else { late };
        vec![
            clipped(&s.service, 21),
            share(late, s),
            share(s.unserved_out_of_reach, s),
            share(s.unserved_no_room, s),
            share(s.unserved_nodes_busy, s),
        ]
    };
    Content {
        header: vec!["service", "late", "out of reach", "no room", "nodes busy"],
        rows: rows.map(row).collect(),
        names: 1,
        note: None,
    }
}

/// A large number with its thousands in a letter: `1.21 G`.
fn amount(value: f64) -> String {
    let units = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")];
    match units.into_iter().find(|(size, _)| value.abs() >= *size) {
        Some((1e4, letter)) => format!("{}{letter}", number(value / 1e3)),
        Some((size, letter)) => format!("{}{letter}", number(value / size)),
        None => number(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        assert_eq!([1.21e12, 9.0e9, 25_000.0, 9_999.0, 0.5].map(amount), ["1.21 T", "9 G", "25 k", "9,999", "0.5"]);
    }

    #[test]
    fn what_is_missed_adds_up() {
        let service = ServiceSummary {
            service: "chat".to_owned(),
            requests: 1000.0,
            served: 900.0,
            in_time_share: Some(0.7),
            unserved_no_room: 60.0,
            unserved_nodes_busy: 40.0,
            ..ServiceSummary::default()
        };
        let mut summary = Summary { services: vec![service], ..Summary::default() };
        assert_eq!(line(&summary), None, "no services, no line");
        // 1000 - 900 not served, 900 - 700 late.
        assert_eq!(missed(&summary).rows, [["chat", "20.0 %", "0 %", "6.0 %", "4.0 %"]]);
        summary.services[0].in_time_share = Some(1.0);
        assert!(missed(&summary).rows.is_empty());
    }
}
