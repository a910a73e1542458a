// Utilization: strips of centers, use by class, queues, links.
function centerStrips() {
  const { tables, grid } = page;
  const centers = tables.centers;
  const weight = (at) => (page.facts.open_accelerators.some((value) => value > 0) ? page.facts.open_accelerators : page.facts.open_cores)[at];
  const n = grid.x.length;
  const { timeline } = page;
  const of = (key, at) => (at < 0 ? null : centers[key] && centers[key][at]);
  const rows = timeline.row.map((name, row) => [name, row, timeline.center[row]]).map(([name, row, at]) => ({
    name: at < 0 ? `closed centers${name === '-' ? '' : ' of ' + name}` : name, weight: (at < 0 ? 0 : weight(at)) || 1e-9,
    groups: { side: of('side', at), tier: of('tier', at), province: at >= 0 ? of('province', at) : name === '-' ? null : name, operator: of('operator', at) },
    bytes: Object.fromEntries(['utilization', 'load', 'waiting'].map((key) => [key, grid.bytes[key].subarray(row * n, row * n + n)])),
  }));
  const groupings = ['side', 'tier', 'province', 'operator'].filter((key) => centers[key]).map((key) => [key, key]);
  const fig = figure({
    id: 'center-strips', wide: true, live: true, title: 'Centers over time',
    text: `One row a center, one column an interval of ${seconds((grid.end - grid.x[0]) / n)}. Groups show the mean by open capacity, and open with a click or Enter. Warm-up is included.`,
    table: () => fig.rows(),
  });
  heat(fig, {
    rows, x: grid.x, end: grid.end, noun: 'centers', groupings, grouping: rows.length > 60 ? (groupings.find(([key]) => key === 'province') || groupings[0] || [''])[0] : '',
    measures: [
      { key: 'utilization', title: 'Utilization of open capacity', ramp: 'u' },
      { key: 'load', title: 'Load, closed use included', ramp: 'u' },
      { key: 'waiting', title: 'Waiting jobs', ramp: 'w', counts: true },
    ],
    sortings: [['name', 'name'], ['mean', 'mean'], ['weight', 'open capacity']],
  });
}

function useByClass() {
  const usage = page.usage;
  const choices = usage.kinds.map((kind, at) => [String(at), kind]);
  let kind = 0;
  const fig = figure({
    id: 'use-by-class', wide: true, title: page.tables.services.service ? 'What classes and services hold' : 'What the classes hold',
    text: (page.tables.services.service ? 'Mean use in each interval, stacked by class and service' : 'Mean use in each interval, stacked by class') + '; the line is what is open. Choose the kind of resource.',
    table: () => {
      const held = usage.holders.map((name, at) => [name, usage.held[kind][at]]).filter(([, y]) => y.some((value) => value > 0));
      return {
        columns: [['interval_start_s', 'Interval'], ['open', 'Open'], ...held.map(([name]) => [name, name])],
        rows: usage.start_s.map((at, k) => [when(at), usage.open[kind][k], ...held.map(([, y]) => y[k])]),
      };
    },
  });
  let draw = () => {};
  const set = () => {
    const held = usage.holders.map((name, at) => ({ name, y: usage.held[kind][at], total: sum(usage.held[kind][at]) })).filter((one) => one.total > 0).sort((a, b) => b.total - a.total);
    const series = held.slice(0, SERIES - 1).map((one, n) => ({ ...one, color: look(n).color }));
    const rest = held.slice(SERIES - 1);
    if (rest.length === 1) series.push({ ...rest[0], color: look(SERIES - 1).color });
    if (rest.length > 1) series.push({ name: `${rest.length} more classes`, color: look(SERIES - 1).color, y: usage.start_s.map((_, k) => sum(rest.map((one) => one.y[k]))) });
    draw = chart(fig, { x: usage.start_s, end: usage.end_s, series, stacked: true, axis: 'time', format: number, height: 280, over: { name: 'open', y: usage.open[kind], color: 'var(--text)', dash: '5 3' } });
    draw();
  };
  if (choices.length > 1) choose(fig.controls, 'Resource', choices, '0', (key) => { kind = Number(key); set(); });
  set();
  drawings.push(() => draw());
}

// Series of the groups of a kind; all centers together where there is only one.
function groupSeries(measure) {
  const groups = page.grid.groups;
  const parts = groups.slice(1).filter((group) => group[measure].some((value) => value > 0));
  return (parts.length > 1 ? parts : groups.slice(0, 1)).map((group, n) => ({ name: group.name, y: group[measure], color: look(n).color }));
}
function queueLengths() {
  const { grid } = page;
  const series = groupSeries('waiting');
  const fig = figure({
    id: 'queues', title: 'Queues', text: 'Mean number of jobs queued and not started, by side.',
    table: () => ({ columns: [['interval_start_s', 'Interval'], ...series.map((one) => [one.name, one.name])], rows: grid.x.map((at, k) => [when(at), ...series.map((one) => one.y[k])]) }),
  });
  drawn(chart(fig, { x: grid.x, end: grid.end, series, stacked: true, axis: 'time', format: number }));
}
function runningJobs() {
  const { grid } = page;
  const series = groupSeries('running');
  const fig = figure({
    id: 'running', title: 'Running jobs', text: 'Mean number of jobs on nodes, by side.',
    table: () => ({ columns: [['interval_start_s', 'Interval'], ...series.map((one) => [one.name, one.name])], rows: grid.x.map((at, k) => [when(at), ...series.map((one) => one.y[k])]) }),
  });
  drawn(chart(fig, { x: grid.x, end: grid.end, series, stacked: true, axis: 'time', format: number }));
}

const laneName = (at) => `${page.tables.links.from[at]} → ${page.tables.links.to[at]}`;
function linkStrips() {
  const { tables, grid } = page;
  const links = tables.links;
  if (!page.timeline.lane.length) return;
  const n = grid.x.length;
  const rows = page.timeline.lane.map((at, row) => [links.link[at], at, row]).map(([link, at, row]) => ({
    name: laneName(at), weight: (links.bandwidth_mean_bps && links.bandwidth_mean_bps[at]) || 1,
    groups: { kind: links.kind && links.kind[at], link },
    bytes: { busy: grid.bytes.busy.subarray(row * n, row * n + n) },
  }));
  const fig = figure({
    id: 'link-strips', wide: true, live: true, title: 'Links over time',
    text: 'One row a direction of a link that carried data of jobs: the share of its bandwidth in use, background included.', table: () => fig.rows(),
  });
  heat(fig, {
    rows, x: grid.x, end: grid.end, noun: 'directions', measures: [{ key: 'busy', title: 'Busy share', ramp: 'l' }],
    groupings: links.kind ? [['kind', 'kind']] : [], grouping: rows.length > 400 && links.kind ? 'kind' : '', sortings: [['mean', 'mean'], ['name', 'name'], ['weight', 'bandwidth']],
  });
}
function busiestLinks() {
  const links = page.tables.links;
  if (!links.link || !links.busy) return;
  const order = page.busiest_links.slice(0, 12);
  if (!order.length) return;
  const fig = figure({
    id: 'busiest-links', wide: true, title: 'Busiest links', text: 'Directions that carried data of jobs, by the mean share of their bandwidth in use over the window: by the flows of jobs, and by background.',
    table: () => rowsOf(links, ['link', 'from', 'to', 'kind', 'busy', 'utilization', 'bytes', 'flows', 'flows_peak', 'rate_peak_bps', 'bandwidth_mean_bps', 'transfer_cost_cny']),
  });
  const items = order.map((at) => {
    const flows = (links.utilization && links.utilization[at]) || 0;
    return { label: laneName(at), parts: [{ name: 'flows', value: flows, color: 'var(--c0)' }, { name: 'background', value: Math.max(0, (links.busy[at] || 0) - flows), color: 'var(--faint)' }], note: links.bytes ? `${bytes(links.bytes[at])} moved` : null };
  });
  drawn(bars(fig, items, percent, [['flows of jobs', 'var(--c0)'], ['background', 'var(--faint)']]));
}
