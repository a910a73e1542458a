//! One definition of the figures that several tables share.

/// Makes a flat structure of named figures: the fields given, then the groups named in brackets (`area`: use, energy, carbon;
/// `waits`: distributions of spans; `lists`: the parts of a whole run). Flat, so that a row of a table is a structure and its header are the
/// names of the fields.
macro_rules! flat {
    ($(#[$meta:meta])* $name:ident: [] { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($fields)* }
    };
    ($(#[$meta:meta])* $name:ident: [area $($rest:ident)*] { $($fields:tt)* }) => {
        $crate::observe::summary::flat::flat! {
            $(#[$meta])* $name: [$($rest)*] {
                $($fields)*
                /// Headline capacity held by jobs over headline capacity of open nodes.
                pub utilization: Option<f64>,
                /// Open and closed use together over the whole pool.
                pub load: Option<f64>,
                /// The largest of the shares of cores, memory and accelerators held.
                pub dominant_share: Option<f64>,
                /// Share of open cores held.
                pub cores_utilization: Option<f64>,
                /// Share of open memory held.
                pub memory_utilization: Option<f64>,
                /// Share of open accelerators held.
                pub accelerators_utilization: Option<f64>,
                /// Core-hours held.
                pub core_h: f64,
                /// Accelerator-hours held.
                pub accelerator_h: f64,
                /// Mean number of open nodes.
                pub open_nodes_mean: Option<f64>,
                /// Mean number of closed nodes.
                pub closed_nodes_mean: Option<f64>,
                /// Energy after PUE.
                pub energy_kwh: f64,
                /// Energy before PUE.
                pub it_energy_kwh: f64,
                /// Energy after PUE over energy before it.
                pub pue_mean: Option<f64>,
                /// Energy after PUE over the window's length.
                pub power_mean_kw: Option<f64>,
                /// Energy at its tariff.
                pub energy_cost_cny: f64,
                /// Carbon at the grid's intensity (location-based).
                pub carbon_kg: f64,
                /// Carbon without contracted green power (market-based).
                pub carbon_market_kg: f64,
            }
        }
        impl $name {
            /// Fills in the figures of an area.
            pub(crate) fn set_area(&mut self, area: &$crate::observe::summary::area::Area, window: u128) {
                $crate::observe::summary::area::set_area!(self, area, window);
            }
        }
    };
    ($(#[$meta:meta])* $name:ident: [waits $($rest:ident)*] { $($fields:tt)* }) => {
        $crate::observe::summary::flat::flat! {
            $(#[$meta])* $name: [$($rest)*] {
                $($fields)*
                /// Mean wait.
                pub wait_mean_s: Option<f64>,
                /// Median wait.
                pub wait_median_s: Option<f64>,
                /// 95th percentile of waits.
                pub wait_p95_s: Option<f64>,
                /// 99th percentile of waits.
                pub wait_p99_s: Option<f64>,
                /// Longest wait.
                pub wait_max_s: Option<f64>,
                /// Mean time until a center was chosen, over the jobs of the mean wait.
                pub brokering_mean_s: Option<f64>,
                /// Mean staging time.
                pub staging_mean_s: Option<f64>,
                /// Median staging time.
                pub staging_median_s: Option<f64>,
                /// 95th percentile of staging times.
                pub staging_p95_s: Option<f64>,
                /// 99th percentile of staging times.
                pub staging_p99_s: Option<f64>,
                /// Longest staging time.
                pub staging_max_s: Option<f64>,
                /// Mean wait in the queue of the pool.
                pub queue_wait_mean_s: Option<f64>,
                /// Median wait in the queue.
                pub queue_wait_median_s: Option<f64>,
                /// 95th percentile of waits in the queue.
                pub queue_wait_p95_s: Option<f64>,
                /// 99th percentile of waits in the queue.
                pub queue_wait_p99_s: Option<f64>,
                /// Longest wait in the queue.
                pub queue_wait_max_s: Option<f64>,
                /// Mean response time.
                pub response_mean_s: Option<f64>,
                /// Median response time.
                pub response_median_s: Option<f64>,
                /// 95th percentile of response times.
                pub response_p95_s: Option<f64>,
                /// 99th percentile of response times.
                pub response_p99_s: Option<f64>,
                /// Longest response time.
                pub response_max_s: Option<f64>,
                /// Mean bounded slowdown.
                pub bounded_slowdown_mean: Option<f64>,
                /// Median bounded slowdown.
                pub bounded_slowdown_median: Option<f64>,
                /// 95th percentile of bounded slowdowns.
                pub bounded_slowdown_p95: Option<f64>,
                /// 99th percentile of bounded slowdowns.
                pub bounded_slowdown_p99: Option<f64>,
                /// Largest bounded slowdown.
                pub bounded_slowdown_max: Option<f64>,
            }
        }
        impl $name {
            /// Fills in the distributions of spans.
            pub(crate) const fn set_waits(&mut self, spreads: &$crate::observe::summary::area::Spreads) {
                [self.wait_mean_s, self.wait_median_s, self.wait_p95_s, self.wait_p99_s, self.wait_max_s] =
                    spreads.wait;
                self.brokering_mean_s = spreads.brokering;
                [
                    self.staging_mean_s,
                    self.staging_median_s,
                    self.staging_p95_s,
                    self.staging_p99_s,
                    self.staging_max_s,
                ] = spreads.staging;
                [
                    self.queue_wait_mean_s,
                    self.queue_wait_median_s,
                    self.queue_wait_p95_s,
                    self.queue_wait_p99_s,
                    self.queue_wait_max_s,
                ] = spreads.queue_wait;
                [
                    self.response_mean_s,
                    self.response_median_s,
                    self.response_p95_s,
                    self.response_p99_s,
                    self.response_max_s,
                ] = spreads.response;
                [
                    self.bounded_slowdown_mean,
                    self.bounded_slowdown_median,
                    self.bounded_slowdown_p95,
                    self.bounded_slowdown_p99,
                    self.bounded_slowdown_max,
                ] = spreads.slowdown;
            }
        }
    };
    ($(#[$meta:meta])* $name:ident: [lists $($rest:ident)*] { $($fields:tt)* }) => {
        $crate::observe::summary::flat::flat! {
            $(#[$meta])* $name: [$($rest)*] {
                $($fields)*
                /// Rejected jobs by reason; reasons that never came up are left out.
                pub rejected_by_reason: std::collections::BTreeMap<String, u64>,
                /// Bytes delivered from side to side; pairs without any are left out.
                pub traffic: Vec<Traffic>,
                /// One a class, by name.
                pub classes: Vec<ClassSummary>,
                /// One a service, by name.
                #[serde(default)]
                pub services: Vec<ServiceSummary>,
                /// One a service and center that serves some of it, by their names.
                #[serde(default)]
                pub service_centers: Vec<ServiceCenterSummary>,
                /// One a center, by name.
                pub centers: Vec<CenterSummary>,
                /// One a pool, by center and name.
                pub pools: Vec<PoolSummary>,
                /// One a tier that occurs.
                pub tiers: Vec<GroupSummary>,
                /// One a side that occurs.
                pub sides: Vec<GroupSummary>,
                /// One an operator, by name.
                pub operators: Vec<GroupSummary>,
                /// One a direction of a link, by name.
                pub links: Vec<LinkSummary>,
                /// One a group of tenants, by name.
                pub tenant_groups: Vec<TenantGroupSummary>,
                /// The tenants that used most, at most [`TENANTS_LISTED`].
                pub top_tenants: Vec<TenantSummary>,
            }
        }
    };
}
pub(crate) use flat;
