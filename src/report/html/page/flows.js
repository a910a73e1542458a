// Where each class ran: a matrix of origins and centers, and a flow diagram.
const LISTED = 24;
// Entries of the flows of a class ('' is all), as [class, origin, center, jobs].
function flowRows(wanted) {
  const { flows } = page;
  return range(flows.jobs.length).filter((at) => wanted === '' || flows.class[at] === Number(wanted)).map((at) => [flows.class[at], flows.origin[at], flows.center[at], flows.jobs[at]]);
}
// The largest names of a column by jobs, and one name for the rest.
function foremost(rows, column, names, most) {
  const totals = new Map();
  for (const row of rows) totals.set(row[column], (totals.get(row[column]) || 0) + row[3]);
  const sorted = [...totals].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const shown = sorted.length > most + 1 ? sorted.slice(0, most) : sorted;
  const place = new Map(shown.map(([id], at) => [id, at]));
  const labels = shown.map(([id]) => names[id]);
  if (shown.length < sorted.length) labels.push(`${sorted.length - shown.length} others`);
  return { labels, of: (id) => place.get(id) ?? labels.length - 1 };
}
const classChoices = () => {
  const used = [...new Set(page.flows.class)].sort((a, b) => a - b);
  return [['', 'all classes'], ...used.map((at) => [String(at), page.usage.classes[at]])];
};
function originMatrix() {
  const { flows } = page;
  let wanted = '';
  const what = flows.by_province ? 'Places are joined by province.' : '';
  const fig = figure({
    id: 'matrix', wide: true, title: 'From where to where', text: `Jobs of each origin (rows) by the center that they were placed on (columns); submitted after the warm-up. ${what}`,
    table: () => ({ columns: [['class', 'Class'], ['origin', 'Origin'], ['center', 'Center'], ['jobs', 'Jobs']], rows: flowRows(wanted).map(([c, o, t, jobs]) => [page.usage.classes[c], flows.origins[o], flows.centers[t], jobs]) }),
  });
  const draw = () => {
    const rows = flowRows(wanted);
    const width = Math.max(280, fig.plot.clientWidth);
    const from = foremost(rows, 1, flows.origins, LISTED);
    const to = foremost(rows, 2, flows.centers, width < 600 ? 10 : LISTED);
    const cells = from.labels.map(() => to.labels.map(() => 0));
    for (const [, origin, center, jobs] of rows) cells[from.of(origin)][to.of(center)] += jobs;
    const left = Math.min(150, width * 0.3);
    const head = 92;
    const wide = (width - left - 8) / Math.max(1, to.labels.length);
    const high = 24;
    const tall = head + from.labels.length * high + 4;
    const scale = ramp('u');
    const most = largest([1, ...cells.flat()]);
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    for (const [c, label] of to.labels.entries()) {
      const x = left + (c + 0.5) * wide;
      svg.append(s('text', { transform: `translate(${x + 4},${head - 8}) rotate(-60)`, 'text-anchor': 'start' }, shorten(label, 88)));
    }
    for (const [r, label] of from.labels.entries()) {
      svg.append(text(left - 8, head + r * high + 16, shorten(label, left - 12), 'end'));
      for (const [c] of to.labels.entries()) {
        const jobs = cells[r][c];
        const depth = jobs ? 0.08 + 0.92 * Math.sqrt(jobs / most) : 0;
        const fill = jobs ? scale[Math.round(depth * 250)] : null;
        const cell = s('rect', { x: left + c * wide + 1, y: head + r * high + 1, width: Math.max(1, wide - 2), height: high - 2, fill: fill ? rgb(fill) : 'var(--empty)', rx: 2 });
        cell.addEventListener('pointermove', (event) => showTip(event, [`${from.labels[r]} → ${to.labels[c]}`, `${whole(jobs)} jobs`]));
        svg.append(cell);
        const label = whole(jobs);
        if (jobs && label.length * 6.6 < wide - 4) {
          const bright = fill[0] * 0.3 + fill[1] * 0.59 + fill[2] * 0.11 > 140;
          svg.append(text(left + (c + 0.5) * wide, head + r * high + 16, label, 'middle', { style: `fill:${bright ? '#000' : '#fff'}`, class: 'cell' }));
        }
      }
    }
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  choose(fig.controls, 'Class', classChoices(), '', (key) => { wanted = key; draw(); });
  drawn(draw);
}
function flowDiagram() {
  const { flows } = page;
  const sized = descending(page.usage.classes.length, (at) => sum(flowRows(String(at)).map((row) => row[3])));
  const hue = new Map(sized.map((at, n) => [at, look(Math.min(n, SERIES - 1)).color]));
  const fig = figure({
    id: 'flow-diagram', wide: true, title: 'Where each class ran', text: 'Jobs from their origins (left) over their classes (middle) to the centers they were placed on (right). Widths follow the number of jobs, colors the class.',
    table: () => ({ columns: [['class', 'Class'], ['center', 'Center'], ['jobs', 'Jobs']], rows: classCenters() }),
  });
  const classCenters = () => {
    const totals = new Map();
    for (const [c, , t, jobs] of flowRows('')) totals.set(c + ' ' + t, (totals.get(c + ' ' + t) || 0) + jobs);
    return [...totals].map(([key, jobs]) => { const [c, t] = key.split(' ').map(Number); return [page.usage.classes[c], flows.centers[t], jobs]; });
  };
  const draw = () => {
    const rows = flowRows('');
    const width = Math.max(280, fig.plot.clientWidth);
    const columns = [foremost(rows, 1, flows.origins, 10), foremost(rows, 0, page.usage.classes, 14), foremost(rows, 2, flows.centers, 12)];
    const total = sum(rows.map((row) => row[3])) || 1;
    const most = largest(columns.map((column) => column.labels.length));
    const gap = 13;
    const tall = Math.max(260, most * 38);
    const unit = (tall - 24 - gap * (most - 1)) / total;
    const xs = [Math.min(120, width * 0.2), width / 2, width - Math.min(120, width * 0.2)];
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    const nodes = columns.map((column, at) => {
      const sizes = column.labels.map(() => 0);
      for (const row of rows) sizes[column.of(row[[1, 0, 2][at]])] += row[3];
      const used = sum(sizes) * unit + gap * (sizes.length - 1);
      let y = 12 + (tall - 24 - used) / 2;
      return sizes.map((size) => { const node = { y, size, out: y, into: y }; y += size * unit + gap; return node; });
    });
    const bands = new Map();
    for (const [c, o, t, jobs] of rows) {
      const [a, b, e] = [columns[0].of(o), columns[1].of(c), columns[2].of(t)];
      for (const key of [`0 ${a} ${b}`, `1 ${b} ${e}`]) {
        if (!bands.has(key)) bands.set(key, { jobs: 0, fill: hue.get(c) });
        bands.get(key).jobs += jobs;
      }
    }
    const sorted = [...bands].map(([key, band]) => [...key.split(' ').map(Number), band]).sort((p, q) => p[0] - q[0] || p[1] - q[1] || p[2] - q[2]);
    for (const [stage, a, b, band] of sorted) {
      const [from, to] = [nodes[stage][a], nodes[stage + 1][b]];
      const wide = Math.max(0.4, band.jobs * unit);
      const [y1, y2] = [from.out + wide / 2, to.into + wide / 2];
      from.out += band.jobs * unit;
      to.into += band.jobs * unit;
      const [x1, x2] = [xs[stage] + 5, xs[stage + 1] - 5];
      const path = s('path', { d: `M${x1},${y1.toFixed(1)}C${(x1 + x2) / 2},${y1.toFixed(1)} ${(x1 + x2) / 2},${y2.toFixed(1)} ${x2},${y2.toFixed(1)}`, fill: 'none', stroke: band.fill, 'stroke-width': wide.toFixed(2), class: 'band' });
      const labels = [columns[stage].labels[a], columns[stage + 1].labels[b]];
      path.addEventListener('pointermove', (event) => showTip(event, [labels.join(' → '), `${whole(band.jobs)} jobs`]));
      svg.append(path);
    }
    for (const [at, column] of columns.entries()) {
      for (const [n, label] of column.labels.entries()) {
        const node = nodes[at][n];
        svg.append(s('rect', { x: xs[at] - 5, y: node.y, width: 10, height: Math.max(1, node.size * unit), class: 'node' }));
        const [x, anchor] = at === 0 ? [xs[0] - 9, 'end'] : at === 2 ? [xs[2] + 9, 'start'] : [xs[1], 'middle'];
        const y = node.y + node.size * unit / 2 + 4;
        svg.append(text(x, y, shorten(label, at === 1 ? 130 : Math.min(112, width * 0.18)), anchor, { class: at === 1 ? 'halo' : null }));
      }
    }
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  drawn(draw);
}
