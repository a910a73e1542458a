// The page of a run, in the order in which it is read. What it says in words stands in the page already.
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
