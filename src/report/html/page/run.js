// The page of a run, in the order in which it is read.
function story() {
  const { totals, tables, flows } = page;
  const centers = tables.centers;
  const classes = tables.classes;
  const list = [];
  const busiest = descending(centers.center.length, (at) => centers.jobs[at]).filter((at) => centers.jobs[at] > 0).slice(0, 3);
  const sides = ['east', 'central', 'west'].filter((side) => totals[side + '_share'] > 0).map((side) => `${percent(totals[side + '_share'])} in the ${side === 'central' ? 'middle' : side}`);
  list.push(['Where the load went.', `${whole(totals.jobs)} jobs of ${classes.class.length} ${classes.class.length === 1 ? 'class' : 'classes'} came from ${flows.origins.length} ${flows.by_province ? 'provinces' : flows.origins.length === 1 ? 'place' : 'places'}` +
    (busiest.length ? `; most were placed at ${busiest.map((at) => `${centers.center[at]} (${whole(centers.jobs[at])})`).join(', ')}` : '') + '.' + (sides.length ? ` Of those that started, ${sides.join(', ')}.` : '') +
    ` Jobs held ${percent(totals.utilization)} of what was open to them.`]);
  if (totals.wait_mean_s !== null) {
    const worst = descending(classes.class.length, (at) => classes.wait_mean_s && classes.wait_mean_s[at])[0];
    const data = (classes.staging_mean_s && classes.staging_mean_s[worst]) || 0;
    const queue = (classes.queue_wait_mean_s && classes.queue_wait_mean_s[worst]) || 0;
    const why = totals.wait_mean_s > 0 ? ` Longest waited ${classes.class[worst]}: ${seconds(classes.wait_mean_s[worst])} on average, ${data > queue ? `most of it (${seconds(data)}) for its data` : `most of it (${seconds(queue)}) in queues for nodes`}.` : '';
    list.push(['What waited, and why.', `A job waited ${seconds(totals.wait_mean_s)} on average; half waited no longer than ${seconds(totals.wait_median_s)}, 95 % no longer than ${seconds(totals.wait_p95_s)}.${why}` + linkWords()]);
  }
  list.push(['What it cost.', `${energy(totals.energy_kwh)} of energy and ${money(totals.cost_cny)}, of it ${money(totals.transfer_cost_cny)} for moving ${bytes(totals.wan_bytes)}; ${carbon(totals.carbon_kg)} of carbon by location. Of that, running jobs caused ${energy(totals.caused_energy_kwh)} and ${carbon(totals.caused_carbon_kg)}; the rest is idle and closed nodes.`]);
  byId('sections').append(h('div', { class: 'story' }, list.map(([head, words]) => h('p', {}, h('strong', {}, head), ' ' + words))));
}
function linkWords() {
  const links = page.tables.links;
  if (!links.busy) return '';
  const top = descending(links.busy.length, (at) => links.busy[at])[0];
  return links.busy[top] > 0 ? ` The most loaded link is ${laneName(top)}, ${percent(links.busy[top])} busy.` : '';
}
function notices() {
  const { run } = page;
  const host = byId('notices');
  if (run.clairvoyant) host.append(h('p', { class: 'notice' }, h('strong', {}, 'Clairvoyant: '), 'this stack knows true run times, which no real scheduler does.'));
  if (run.warnings.length) host.append(h('details', { class: 'notice' }, h('summary', {}, `${run.warnings.length} ${run.warnings.length === 1 ? 'warning' : 'warnings'} to look at before the figures are trusted`), h('ul', {}, run.warnings.map((words) => h('li', {}, words)))));
}
function tablesSection() {
  beginSection('tables', 'Tables', 'Every figure of the summary; tables are built when they are opened, can be sorted by their heads and saved as CSV. Numbers are to seven digits; the CSV files beside this page have all.');
  const list = [['centers', 'Centers'], ['pools', 'Pools'], ['links', 'Links'], ['classes', 'Classes'], ['services', 'Services'], ['service_centers', 'Services at centers'], ['tenants', 'Tenants that used most'], ['sides', 'Sides'], ['tiers', 'Tiers'], ['operators', 'Operators']];
  const totals = Object.keys(page.totals);
  section.append(dataTable('Totals', 'table-totals', () => ({ columns: [['key', 'Key'], ['value', 'Value'], ['unit', 'Unit'], ['meaning', 'Meaning']], rows: totals.map((key) => [key, page.totals[key], unitOf(key), meaningOf(key)]) }), `Totals (${totals.length})`));
  for (const [key, title] of list) {
    const table = page.tables[key];
    const columns = Object.keys(table);
    if (columns.length) section.append(dataTable(title, 'table-' + key, () => rowsOf(table), `${title} (${whole(table[columns[0]].length)})`));
  }
}
function contents() {
  byId('contents').append(h('ul', {}, sections.map(({ id, title }) => h('li', {}, h('a', { href: '#' + id }, title)))));
  const root = document.documentElement;
  const themes = [['auto', 'as the system'], ['light', 'light'], ['dark', 'dark']];
  choose(byId('contents'), 'Colors', themes, 'auto', (key) => {
    if (key === 'auto') delete root.dataset.theme; else root.dataset.theme = key;
    redrawAll();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
}
async function openRun() {
  const decoder = new TextDecoder();
  Object.assign(page, JSON.parse(decoder.decode(await unpack(page.packed))));
  const raw = await unpack(page.bytes);
  const { timeline } = page;
  const n = timeline.start_s.length;
  const centers = timeline.center.length;
  const cut = (from, rows) => raw.subarray(from * n, (from + rows) * n);
  const provinces = page.tables.centers.province || [];
  const own = new Map(timeline.center.map((center, row) => [center, row]));
  // Centers that never open anything to jobs stand together in the row of their province.
  const closed = new Map(timeline.row.map((name, row) => [name, row]).filter(([, row]) => timeline.center[row] < 0));
  const rowOf = page.tables.centers.center.map((_, at) => own.get(at) ?? closed.get(provinces[at] ?? '-'));
  page.grid = {
    x: timeline.start_s, end: timeline.end_s, whole: timeline.whole, count_steps: timeline.count_steps, groups: timeline.groups, rowOf, laneRow: new Map(timeline.lane.map((lane, row) => [lane, row])),
    bytes: { utilization: cut(0, centers), load: cut(centers, centers), waiting: cut(2 * centers, centers), busy: cut(3 * centers, timeline.lane.length) },
  };
  notices();
  story();
  beginSection('where', 'Map');
  mapFigure();
  if (n > 0) {
    beginSection('use', 'Utilization');
    centerStrips();
    useByClass();
    queueLengths();
    runningJobs();
    linkStrips();
    busiestLinks();
  }
  beginSection('work', 'Jobs');
  distribution('wait-curve', 'How long jobs waited', 'Share of the started jobs of each class that waited no longer than a time. The axis is logarithmic; waits below a second stand at its left end.', 'wait_s', 'waits', 1, seconds);
  distribution('slowdown-curve', 'Bounded slowdown', 'Share of the completed jobs of each class with at most this bounded slowdown: time in the system over run time, runs below 10 s counted as 10 s.', 'bounded_slowdown', 'slowdowns', 1, number);
  whatTheyWaitedFor();
  notCompleted();
  rejectedByReason();
  if (page.flows.jobs.length) { flowDiagram(); originMatrix(); }
  ganttFigure();
  if (page.tables.services.service) servicesSection();
  beginSection('bill', 'Money, energy, carbon');
  if (n > 0) billOverTime();
  billByCenter();
  twoLedgers();
  if (n > 0) billByHour();
  tablesSection();
  contents();
}
