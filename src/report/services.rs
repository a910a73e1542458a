//! Services in the summary that a person reads.

use super::human::{Quantity, amount, percent};
use super::sheet::{Cell, Kind, Sheet};
use crate::observe::Summary;

/// All requests together, where there are any.
pub(super) fn line(summary: &Summary) -> Option<(&'static str, String)> {
    let (served, in_time) = (summary.served_share?, summary.in_time_share?);
    Some((
        "requests",
        format!("{}, {} served, {} in time", amount(summary.requests), percent(served), percent(in_time)),
    ))
}

/// One row a service.
pub(super) fn services(summary: &Summary) -> Sheet {
    let mut sheet = Sheet::new(&[
        ("service", Kind::Name),
        ("requests", Kind::Quantity(Quantity::Amount)),
        ("in time", Kind::Quantity(Quantity::Share)),
        ("trip", Kind::Quantity(Quantity::Seconds)),
        ("p95", Kind::Quantity(Quantity::Seconds)),
        ("replicas", Kind::Quantity(Quantity::Amount)),
        ("peak", Kind::Quantity(Quantity::Amount)),
        ("used", Kind::Quantity(Quantity::Share)),
        ("energy", Kind::Quantity(Quantity::Energy)),
    ]);
    for s in &summary.services {
        sheet.push([
            s.service.as_str().into(),
            s.requests.into(),
            s.in_time_share.into(),
            s.round_trip_mean_s.into(),
            s.round_trip_p95_s.into(),
            s.replicas_mean.into(),
            s.replicas_peak.into(),
            s.utilization.into(),
            s.caused_energy_kwh.into(),
        ]);
    }
    sheet
}

/// Why requests were late or not served, of the services that have some.
pub(super) fn missed(summary: &Summary) -> Sheet {
    let mut sheet = Sheet::new(&[
        ("service", Kind::Name),
        ("late", Kind::Quantity(Quantity::Share)),
        ("out of reach", Kind::Quantity(Quantity::Share)),
        ("no room", Kind::Quantity(Quantity::Share)),
        ("nodes busy", Kind::Quantity(Quantity::Share)),
    ]);
    for s in summary.services.iter().filter(|s| s.requests > 0.0 && s.in_time_share.is_some_and(|it| it < 1.0)) {
        let late = s.served - s.in_time_share.unwrap_or_default() * s.requests;
        // What rounding leaves of nothing is nothing.
        let late = if late <= s.requests * 1e-12 { 0.0 } else { late };
        let share = |part: f64| Cell::from(part / s.requests);
        let reasons = [s.unserved_out_of_reach, s.unserved_no_room, s.unserved_nodes_busy].map(share);
        let [reach, room, busy] = reasons;
        sheet.push([s.service.as_str().into(), share(late), reach, room, busy]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::ServiceSummary;
    use crate::report::Look;

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
        let text = missed(&summary).render(Look::default());
        assert!(text.ends_with("  chat    20.0 %          0 %   6.0 %      4.0 %\n"), "{text}");
        summary.services[0].in_time_share = Some(1.0);
        assert!(missed(&summary).rows.is_empty());
    }
}
