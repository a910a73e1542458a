use super::*;
use crate::model::{Outcome, Platform, RejectReason};
use crate::observe::sample::{job, leak, platform, s, tell, west};
use crate::observe::{Life, Metrics, Record, TenantGroupSummary};
use std::sync::Arc;

fn summary(platform: Platform) -> Summary {
    let mut metrics = Metrics::new(Arc::new(platform));
    tell(&mut metrics, &west());
    let life = leak(Life::default());
    let outcome = Outcome::Rejected(RejectReason::StorageFull);
    tell(&mut metrics, &[(s(7200), Record::Finished { job: leak(job(3, s(30))), life, outcome })]);
    metrics.summary(s(7200))
}

fn info() -> RunInfo {
    RunInfo {
        name: "two-centers".to_owned(),
        policy: "west".to_owned(),
        description: "What does it cost to send three jobs with their data over one link instead of waiting for the one node at home?".to_owned(),
        warnings: vec!["link \"beijing-horinger\": latency 8 ms is a guess, and this sentence goes on beyond the eightieth column".to_owned()],
        ..RunInfo::default()
    }
}

#[test]
fn text_is_what_a_person_reads() {
    let text = summary_text(&info(), &summary(platform()), None, Format::Text);
    let wanted = "\
two-centers under west
What does it cost to send three jobs with their data over one link instead of
waiting for the one node at home?

  window       0 s to 2 h, seed 0
  jobs         4 submitted, 3 completed, 1 rejected
  wait         mean 20.9 min, median 3.17 min, p95 59.7 min, max 59.7 min
  response     mean 1.35 h, bounded slowdown mean 1.35
  utilization  50.0 % of open capacity; load with closed use 50.0 %
  queues       at most 1 waiting, backlog 56.5 min, drained at 1 h
  energy       1.5 kWh, PUE 1.25
  cost         25.7 CNY (energy 0.72 CNY, transfer 25 CNY)
  carbon       0.99 kg by location, 0.99 kg by contract
  attributed   1.08 kWh, 0.432 CNY of energy, 0.756 kg (0.756 kg by contract)
  traffic      250 GB moved, links 1.4 % used by it

Centers
  center   side   used   load jobs     wait  energy  carbon
  beijing  east    0 %    0 %    0        - 0.3 kWh 0.15 kg
  horinger west 75.0 % 75.0 %    3 20.9 min 1.2 kWh 0.84 kg

Classes
  class jobs east central  west     wait      p95 response
  job      4  0 %     0 % 100 % 20.9 min 59.7 min   1.35 h

Busiest links
  from > to           moved  used  busy    peak   cost
  beijing > horinger 250 GB 2.8 % 2.8 % 10 Gbps 25 CNY

Rejected
  reason       jobs
  storage-full    1

Warnings
- link \"beijing-horinger\": latency 8 ms is a guess, and this sentence goes on
  beyond the eightieth column
";
    assert_eq!(text, wanted, "\n{text}");
}

#[test]
fn no_line_is_wider_than_a_terminal_however_large_the_figures() {
    let mut platform = platform();
    platform.centers[0].name = "a-very-long-name-of-a-center-in-the-north".to_owned();
    platform.classes[0].name = "interactive-inference-of-the-largest-models".to_owned();
    platform.sites[0].name = platform.centers[0].name.clone();
    let mut summary = summary(platform);
    for center in &mut summary.centers {
        center.side = Some("central".to_owned());
        center.jobs = 123_456_789;
        center.energy_kwh = 888_888_888.0;
        center.carbon_kg = 888_888_888.0;
        center.wait_mean_s = Some(888.8 * 86_400.0);
    }
    let class = &mut summary.classes[0];
    class.jobs = 123_456_789;
    (class.wait_mean_s, class.wait_p95_s, class.response_mean_s) = (Some(59.0 * 61.0), Some(9e7), Some(8.9e7));
    let (caused, market) = (&mut summary.caused_carbon_kg, &mut summary.caused_carbon_market_kg);
    (*caused, *market, summary.caused_energy_kwh) = (8.888e8, 8.888e8, 8.888e8);
    summary.caused_energy_cost_cny = 888_888.0;
    (summary.rerouted, summary.stalled, summary.stalled_mean_s) = (888_888, 888_888, Some(88.8 * 86_400.0));
    (summary.waiting_peak, summary.waiting_end, summary.backlog_s) = (8_888_888, 8_888_888, Some(88.8 * 86_400.0));
    let group = TenantGroupSummary {
        name: "small-and-medium-enterprises".to_owned(),
        tenants: 8_888_888,
        jobs: 88_888_888,
        wait_mean_s: Some(88.8 * 86_400.0),
        tenant_wait_max_s: Some(88.8 * 86_400.0),
        bounded_slowdown_mean: Some(88_888.0),
        used_share: Some(0.888),
        ..TenantGroupSummary::default()
    };
    summary.tenant_groups = vec![group.clone(), group];
    let link = &mut summary.links[0];
    (link.bytes, link.rate_peak_bps, link.transfer_cost_cny) = (8.888e17, 8.888e11, 888_888.0);
    for line in summary_text(&info(), &summary, None, Format::Text).lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn markdown_has_tables_and_no_bar_breaks_them() {
    let mut summary = summary(platform());
    summary.classes[0].class = "a|b".to_owned();
    let text = summary_text(&info(), &summary, None, Format::Markdown);
    assert!(text.starts_with("# two-centers under west\n\n"), "{text}");
    assert!(text.contains("- **energy**: 1.5 kWh, PUE 1.25\n"), "{text}");
    assert!(text.contains("## Classes\n\n| class "), "{text}");
    assert!(text.contains("| energy (kWh) | carbon (kg) |\n| :"), "{text}");
    assert!(text.contains("| a\\|b "), "{text}");
}

#[test]
fn nothing_at_all_is_still_a_report() {
    let text = summary_text(&RunInfo::default(), &Summary::default(), None, Format::Text);
    assert!(text.contains("wait         mean no data"), "{text}");
    assert!(!text.contains("NaN") && !text.contains("Centers"), "{text}");
    let clairvoyant = RunInfo { clairvoyant: true, ..RunInfo::default() };
    assert!(summary_text(&clairvoyant, &Summary::default(), None, Format::Text).contains("CLAIRVOYANT"));
}
