// Services: how their requests were served, and where.
const FATES = [['in time', 'c0'], ['late', 'c4'], ['out of reach', 'c1'], ['no room', 'c3'], ['nodes busy', 'c7']];
function requestFates() {
  const services = page.tables.services;
  const at = (key, n) => (services[key] && services[key][n]) || 0;
  const fig = figure({
    id: 'request-fates', wide: true, title: 'How requests were served', text: 'Share of the requests of each service: served within its bound, served late, or not served and why.',
    table: () => rowsOf(services, ['service', 'requests', 'served', 'served_share', 'in_time_share', 'round_trip_mean_s', 'round_trip_p95_s', 'round_trip_max_s', 'unserved_out_of_reach', 'unserved_no_room', 'unserved_nodes_busy', 'replicas_mean', 'replicas_peak', 'replica_utilization']),
  });
  const items = services.service.map((label, n) => {
    const requests = at('requests', n) || 1;
    const inTime = at('in_time_share', n);
    const parts = [inTime, Math.max(0, at('served', n) / requests - inTime), at('unserved_out_of_reach', n) / requests, at('unserved_no_room', n) / requests, at('unserved_nodes_busy', n) / requests];
    return { label, parts: FATES.map(([name, fill], part) => ({ name, value: parts[part], color: `var(--${fill})` })), note: `${amount(requests)} requests, round trip ${seconds(at('round_trip_mean_s', n))} on average` };
  });
  drawn(bars(fig, items, percent, FATES.map(([name, fill]) => [name, `var(--${fill})`])));
}
function serviceReplicas() {
  const services = page.tables.services;
  const fig = figure({
    id: 'service-replicas', title: 'Replicas', text: 'Mean number of replicas of each service, and how busy they were.',
    table: () => rowsOf(services, ['service', 'replicas_mean', 'replicas_peak', 'nodes_mean', 'replica_utilization', 'utilization', 'used_h', 'caused_energy_kwh', 'caused_energy_cost_cny', 'caused_carbon_kg']),
  });
  const order = descending(services.service.length, (n) => services.replicas_mean && services.replicas_mean[n]);
  drawn(bars(fig, order.map((n) => {
    const replicas = (services.replicas_mean && services.replicas_mean[n]) || 0;
    const busy = replicas * ((services.replica_utilization && services.replica_utilization[n]) || 0);
    return { label: services.service[n], parts: [{ name: 'busy', value: busy, color: 'var(--c0)' }, { name: 'idle', value: replicas - busy, color: 'var(--faint)' }], note: `at most ${whole(services.replicas_peak[n])} replicas` };
  }), number, [['busy', 'var(--c0)'], ['idle', 'var(--faint)']]));
}
function servedWhere() {
  const rows = page.tables.service_centers;
  if (!rows.service) return;
  const names = [...new Set(rows.service)];
  let wanted = names[0];
  const mine = () => descending(rows.service.length, (n) => rows.served[n]).filter((n) => rows.service[n] === wanted && rows.served[n] > 0);
  const fig = figure({
    id: 'served-where', title: 'Where requests were served', text: 'Requests of the service by center, within its bound or late; the first 15 centers are drawn, the table has all.',
    table: () => rowsOf(rows, ['service', 'center', 'side', 'served', 'in_time_share', 'round_trip_mean_s', 'round_trip_p95_s', 'replicas_mean', 'replica_utilization', 'caused_energy_cost_cny', 'caused_carbon_kg']),
  });
  let draw;
  const set = () => {
    draw = bars(fig, mine().slice(0, 15).map((n) => {
      const inTime = rows.served[n] * ((rows.in_time_share && rows.in_time_share[n]) || 0);
      return { label: rows.center[n], parts: [{ name: 'in time', value: inTime, color: 'var(--c0)' }, { name: 'late', value: Math.max(0, rows.served[n] - inTime), color: 'var(--c4)' }], note: rows.round_trip_mean_s ? `round trip ${seconds(rows.round_trip_mean_s[n])} on average` : null };
    }), amount);
    draw();
  };
  if (names.length > 1) choose(fig.controls, 'Service', names.map((name) => [name, name]), wanted, (name) => { wanted = name; set(); });
  set();
  drawings.push(() => draw());
}
function servicesSection() {
  beginSection('services', 'Services');
  requestFates();
  serviceReplicas();
  servedWhere();
}
