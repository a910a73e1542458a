// The page of a comparison: policies side by side, paired differences, any two metrics, classes, centers.
const VERDICTS = { better: ['better', 'c0'], worse: ['worse', 'c1'], 'no-relevant-difference': ['no relevant difference', 'faint'], undecided: ['undecided', 'faint'], 'not-comparable': ['not comparable', 'faint'] };
const told = () => !page.comparison.draws || page.comparison.replications > 1;
const verdictOf = (row) => (row.verdict && told() ? VERDICTS[row.verdict] || [row.verdict, 'faint'] : null);
const betterWords = { lower: 'lower is better', higher: 'higher is better', neither: 'neither side is better' };
function plusMinus(key, mean, half) {
  if (mean === null) return 'no data';
  return half === null || half === undefined ? format(key, mean) : `${format(key, mean)} ± ${format(key, half)}`;
}
function differenceWords(metric, row, base) {
  if (row.baseline_difference === null) return '';
  const sign = row.baseline_difference > 0 ? '+' : row.baseline_difference < 0 ? '−' : '';
  const part = base ? ` (${row.baseline_difference > 0 ? '+' : ''}${(row.baseline_difference / Math.abs(base) * 100).toFixed(1).replace('-', '−')} %)` : '';
  const half = row.difference_half_width === null ? '' : ` ± ${format(metric, row.difference_half_width)}`;
  return `${sign}${format(metric, Math.abs(row.baseline_difference))}${half}${part}`;
}
const metricNamed = (key) => page.comparison.metrics.find((metric) => metric.metric === key);
const baseOf = (metric) => (metric.stacks.find((row) => row.stack === page.comparison.baseline) || metric.stacks[0]).mean;

function answers() {
  const list = page.comparison.answers || [];
  if (!list.length || !told()) return;
  section.append(h('ul', { class: 'answers', 'data-answers': String(list.length) }, list.map((answer) => h('li', { 'data-metric': answer.metric }, answer.sentence))));
}
function overview() {
  const { comparison } = page;
  const metrics = comparison.metrics.filter((metric) => metric.headline);
  const stacks = metrics[0].stacks.map((row) => row.stack);
  const host = h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Table: policies side by side' });
  const head = h('tr', {}, h('th', { scope: 'col' }, 'Metric'), stacks.map((stack) => h('th', { scope: 'col' }, stack + (stack === comparison.baseline ? ' (baseline)' : ''))));
  const rows = metrics.map((metric) => h('tr', {}, h('th', { scope: 'row', title: meaningOf(metric.metric) }, words(metric.metric), h('small', {}, betterWords[metric.better])),
    metric.stacks.map((row) => {
      const verdict = verdictOf(row);
      return h('td', { class: 'number', 'data-metric': metric.metric, 'data-stack': row.stack, 'data-mean': row.mean === null ? '' : String(row.mean) },
        plusMinus(metric.metric, row.mean, row.half_width),
        row.baseline_difference === null ? null : h('small', {}, differenceWords(metric.metric, row, baseOf(metric))),
        verdict ? h('span', { class: 'verdict ' + verdict[1] }, verdict[0]) : null);
    })));
  host.append(h('table', { class: 'overview' }, h('caption', { class: 'unseen' }, 'Policies side by side'), h('thead', {}, head), h('tbody', {}, rows)));
  section.append(host);
  section.append(dataTable('All metrics', 'all-metrics', () => ({
    columns: [['metric', 'Metric'], ['unit', 'Unit'], ['stack', 'Stack'], ['mean', 'Mean'], ['half_width', 'Half width'], ['baseline_difference', 'Difference'], ['difference_half_width', 'Its half width'], ['verdict', 'Verdict']],
    rows: comparison.metrics.flatMap((metric) => metric.stacks.map((row) => [metric.metric, metric.unit, row.stack, row.mean, row.half_width, row.baseline_difference, row.difference_half_width, row.verdict])),
  }), 'All metrics as a table'));
}
function forest() {
  const { comparison } = page;
  const others = comparison.metrics[0].stacks.map((row) => row.stack).filter((stack) => stack !== comparison.baseline);
  if (!others.length) return;
  let stack = others[0];
  const CUT = 100;
  const lines = () => comparison.metrics.filter((metric) => metric.headline && baseOf(metric)).map((metric) => {
    const row = metric.stacks.find((one) => one.stack === stack);
    const base = Math.abs(baseOf(metric));
    return { metric, row, mean: row.baseline_difference === null ? null : row.baseline_difference / base * 100, half: row.difference_half_width === null ? null : row.difference_half_width / base * 100 };
  }).filter((line) => line.mean !== null);
  const fig = figure({
    id: 'differences', wide: true, title: 'Differences to the baseline', text: `Mean of the differences paired by replication, in percent of the baseline ${comparison.baseline}, with its 95 % interval; beyond ±${CUT} % an arrow stands at the edge. ${comparison.replications < 2 ? 'One replication: no intervals and no verdicts.' : ''}`,
    table: () => ({ columns: [['metric', 'Metric'], ['percent', 'Difference (%)'], ['percent_half', 'Half width (%)'], ['verdict', 'Verdict']], rows: lines().map((line) => [line.metric.metric, line.mean, line.half, line.row.verdict]) }),
  });
  const draw = () => {
    const list = lines();
    const width = Math.max(280, fig.plot.clientWidth);
    const row = 24;
    const [left, right] = [Math.min(210, width * 0.4), width - 76];
    const tall = list.length * row + 26;
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    const clamp = (value) => Math.max(-CUT, Math.min(CUT, value));
    const px = (value) => left + (clamp(value) + CUT) / (2 * CUT) * (right - left);
    for (const at of [-100, -50, 0, 50, 100]) svg.append(s('line', { x1: px(at), x2: px(at), y1: 0, y2: tall - 20, class: at === 0 ? 'axis' : 'grid' }), text(px(at), tall - 6, `${at > 0 ? '+' : ''}${at} %`, 'middle'));
    for (const [n, line] of list.entries()) {
      const y = n * row + row / 2;
      const verdict = verdictOf(line.row);
      const fill = `var(--${verdict && verdict[1] !== 'faint' ? verdict[1] : 'muted'})`;
      svg.append(text(left - 8, y + 4, shorten(words(line.metric.metric), left - 12), 'end'));
      if (line.half !== null) svg.append(s('line', { x1: px(line.mean - line.half), x2: px(line.mean + line.half), y1: y, y2: y, stroke: fill, 'stroke-width': 2 }));
      if (Math.abs(line.mean) > CUT) {
        const [x, way] = [px(line.mean), Math.sign(line.mean)];
        svg.append(s('path', { d: `M${x + way * 8},${y}l${-way * 9},-5v10z`, fill }));
      } else svg.append(s('circle', { cx: px(line.mean), cy: y, r: 4.5, fill }));
      svg.append(text(right + 12, y + 4, `${line.mean > 0 ? '+' : ''}${Math.abs(line.mean) >= 1000 ? number(line.mean) : line.mean.toFixed(1)} %`, 'start', { class: 'value' }));
    }
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const line = list[Math.floor((event.clientY - box.top) / row)];
      if (line) showTip(event, [words(line.metric.metric), differenceWords(line.metric.metric, line.row, baseOf(line.metric)), ...(verdictOf(line.row) ? [verdictOf(line.row)[0]] : [])]); else hideTip();
    });
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  choose(fig.controls, 'Stack', others.map((name) => [name, name]), stack, (key) => { stack = key; draw(); });
  if (comparison.replications > 1) fig.plot.after(h('div', { class: 'legend-host' }, h('ul', { class: 'legend still' }, ['better', 'worse', 'no-relevant-difference'].map((key) => h('li', {},
    s('svg', { width: 12, height: 12, 'aria-hidden': 'true' }, s('circle', { cx: 6, cy: 6, r: 4.5, fill: `var(--${VERDICTS[key][1] === 'faint' ? 'muted' : VERDICTS[key][1]})` })), ' ' + VERDICTS[key][0])))));
  drawn(draw);
}
const metricChoices = () => page.comparison.metrics.filter((metric) => metric.stacks.some((row) => row.mean !== null)).map((metric) => [metric.metric, titled(metric.metric)]);
function sideBySide() {
  let key = 'wait_mean_s';
  const fig = figure({
    id: 'side-by-side', title: 'One metric under every stack', text: 'The mean over replications of the metric chosen; its interval is in the table.',
    table: () => ({ columns: [['stack', 'Stack'], [key, 'Mean'], [key, 'Half width'], ...page.comparison.windows.map((window) => [key, `Replication ${window.replication}`])], rows: metricNamed(key).stacks.map((row) => [row.stack, row.mean, row.half_width, ...row.values]) }),
  });
  let draw;
  const set = () => {
    draw = bars(fig, metricNamed(key).stacks.map((row, n) => ({ label: row.stack, parts: [{ name: words(key), value: row.mean, color: look(n).color }], note: plusMinus(key, row.mean, row.half_width) })), formatOf(key));
    draw();
  };
  if (!metricNamed(key)) key = page.comparison.metrics[0].metric;
  choose(fig.controls, 'Metric', metricChoices(), key, (value) => { key = value; set(); });
  set();
  drawings.push(() => draw());
}
function scatter() {
  let [kx, ky] = ['caused_energy_cost_cny', 'wait_mean_s'];
  const rows = () => metricNamed(kx).stacks.map((row, n) => ({ stack: row.stack, x: row.mean, y: metricNamed(ky).stacks[n].mean, points: row.values.map((value, at) => [value, metricNamed(ky).stacks[n].values[at]]) }));
  const fig = figure({
    id: 'scatter', title: 'Any two metrics', text: 'Large marks are means of the stacks, small ones single replications: what is gained on one side and paid on the other.',
    table: () => ({ columns: [['stack', 'Stack'], [kx, titled(kx)], [ky, titled(ky)]], rows: rows().map((row) => [row.stack, row.x, row.y]) }),
  });
  const draw = () => {
    const width = Math.max(280, fig.plot.clientWidth);
    const tall = 300;
    const [left, right, top, bottom] = [66, width - 16, 24, tall - 42];
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    const list = rows();
    const most = (at) => largest([1e-12, ...list.flatMap((row) => [[row.x, row.y], ...row.points]).map((point) => point[at] ?? 0)]);
    const [mx, my] = [most(0) * 1.08, most(1) * 1.08];
    const px = (value) => left + value / mx * (right - left);
    const py = (value) => bottom - value / my * (bottom - top);
    for (const at of ticksOf(mx, Math.max(2, Math.floor(width / 130)), formatOf(kx))) svg.append(s('line', { x1: px(at), x2: px(at), y1: top, y2: bottom, class: 'grid' }), text(px(at), bottom + 15, format(kx, at), 'middle'));
    for (const at of ticksOf(my, 4, formatOf(ky))) svg.append(s('line', { x1: left, x2: right, y1: py(at), y2: py(at), class: 'grid' }), text(left - 6, py(at) + 4, format(ky, at), 'end'));
    svg.append(text((left + right) / 2, tall - 6, words(kx), 'middle', { class: 'title' }), text(4, 13, words(ky), 'start', { class: 'title' }));
    for (const [n, row] of list.entries()) {
      const fill = look(n).color;
      for (const [x, y] of row.points) if (x !== null && y !== null) svg.append(s('circle', { cx: px(x), cy: py(y), r: 2.5, fill, opacity: 0.55 }));
      if (row.x === null || row.y === null) continue;
      const mark = s('circle', { cx: px(row.x), cy: py(row.y), r: 6.5, fill, class: 'mark' });
      mark.addEventListener('pointermove', (event) => showTip(event, [row.stack, `${words(kx)}: ${format(kx, row.x)}`, `${words(ky)}: ${format(ky, row.y)}`]));
      const end = px(row.x) > (left + right) / 2;
      svg.append(mark, text(px(row.x) + (end ? -10 : 10), py(row.y) - 8, shorten(row.stack, 150), end ? 'end' : 'start', { class: 'halo' }));
    }
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  if (!metricNamed(kx) || !metricNamed(ky)) [kx, ky] = [page.comparison.metrics[0].metric, page.comparison.metrics[1].metric];
  choose(fig.controls, 'Across', metricChoices(), kx, (key) => { kx = key; draw(); });
  choose(fig.controls, 'Up', metricChoices(), ky, (key) => { ky = key; draw(); });
  drawn(draw);
}
// A table of rows by stacks, each cell colored by its place between the least and the most of its row.
function stackTable(id, title, note, rows, choices, value, cells) {
  const { stacks } = page;
  let key = value;
  const fig = figure({ id, wide: true, live: true, title, text: note, table: () => ({ columns: [['name', 'Name'], ...stacks.map((stack) => [key, stack])], rows: rows.map((name, at) => [name, ...cells(key, at)]) }) });
  const draw = () => {
    const scale = ramp('u');
    const body = rows.map((name, at) => {
      const values = cells(key, at);
      const most = largest(values.filter((v) => v !== null));
      return h('tr', {}, h('th', { scope: 'row' }, name), values.map((v) => {
        const fill = v !== null && most > 0 ? scale[Math.round(Math.max(0, v / most) * 110)] : null;
        const cell = h('td', { class: 'number', title: v === null ? null : String(v) }, v === null ? '' : format(key, v));
        if (fill) { cell.style.background = rgb(fill); cell.style.color = fill[0] * 0.3 + fill[1] * 0.59 + fill[2] * 0.11 > 130 ? '#000' : '#fff'; }
        return cell;
      }));
    });
    fig.plot.replaceChildren(h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title + ', by stack' }, h('table', { class: 'plain' }, h('caption', { class: 'unseen' }, title),
      h('thead', {}, h('tr', {}, h('td'), stacks.map((stack) => h('th', { scope: 'col' }, stack)))), h('tbody', {}, body))));
  };
  choose(fig.controls, 'Show', choices, key, (chosen) => { key = chosen; draw(); });
  drawn(draw);
}
async function openComparison() {
  Object.assign(page, JSON.parse(new TextDecoder().decode(await unpack(page.packed))));
  const { comparison } = page;
  byId('figures').remove();
  if (comparison.replications < 2) byId('notices').append(h('p', { class: 'notice' }, h('strong', {}, 'One replication: '), 'no intervals and no verdicts. Run it again with --replications 5 or more.'));
  beginSection('overview', 'Side by side', `Means over ${comparison.replications} replication${comparison.replications === 1 ? '' : 's'} with the same random numbers for every stack${comparison.replications > 1 ? ', ± half of the 95 % interval; below, the difference to the baseline paired by replication, and its verdict' : '; below, the difference to the baseline'}. All stacks are measured over one common window.`);
  answers();
  overview();
  forest();
  sideBySide();
  scatter();
  beginSection('classes', 'Classes and centers');
  const means = page.class_means;
  if (means.wait_mean_s) stackTable('class-table', 'Classes', 'Means over replications; colors compare the stacks within a row.', page.classes, Object.keys(means).map((key) => [key, titled(key)]), 'wait_mean_s', (key, at) => means[key][at]);
  const order = descending(page.centers.length, (at) => page.center_jobs[0][at]).slice(0, 100);
  const places = { jobs: page.center_jobs, utilization: page.center_utilization };
  stackTable('center-table', 'Centers', `Means over replications; the ${order.length} centers with most jobs under ${page.stacks[0]}.`, order.map((at) => page.centers[at]), [['utilization', 'Utilization'], ['jobs', 'Jobs']], 'utilization', (key, at) => places[key].map((column) => column[order[at]]));
  contents();
}
