// Heat strips: one row a place, one column an interval, drawn on a canvas of the visible rows only, so that thousands of
// rows stay usable. Rows: [{name, weight, groups: {grouping: label}, bytes: {measure: Uint8Array}}].
const HEAD = 22;

// The color of a byte: 0 to `whole` is a share, 255 is no data.
function byteColors(name) {
  const scale = ramp(name);
  return range(256).map((byte) => (byte === 255 ? null : scale[Math.min(250, byte)]));
}
const shareOf = (byte) => (byte === 255 ? null : byte / page.grid.whole);
const countOf = (byte) => (byte === 255 ? null : Math.expm1(byte / page.grid.count_steps));
// A byte in words. Intervals are kept to a byte, the files have all digits.
const coarse = (measure, byte) => (byte === 255 ? 'no data' : 'about ' + (measure.counts ? number(countOf(byte)) : percent(shareOf(byte))));
const byteOfCount = (value) => Math.min(254, Math.round(Math.log1p(value) * page.grid.count_steps));

// Joins rows of a group: shares as means by weight, counts as sums.
function joined(rows, measure, counts, length) {
  const bytes = new Uint8Array(length);
  for (let k = 0; k < length; k++) {
    let [total, weight] = [0, 0];
    for (const row of rows) {
      const byte = row.bytes[measure][k];
      if (byte === 255) continue;
      if (counts) { total += countOf(byte); weight = 1; } else { total += shareOf(byte) * row.weight; weight += row.weight; }
    }
    bytes[k] = weight === 0 ? 255 : counts ? byteOfCount(total) : Math.round(total / weight * page.grid.whole);
  }
  return bytes;
}
function meanOf(row, measure, counts) {
  let [total, n] = [0, 0];
  for (const byte of row.bytes[measure]) {
    if (byte === 255) continue;
    total += counts ? countOf(byte) : shareOf(byte);
    n++;
  }
  return n ? total / n : null;
}

// measures: [{key, title, counts, ramp}]; groupings and sortings: [[key, title]].
function heat(fig, { rows, x, end, measures, groupings, sortings, grouping, noun }) {
  const state = { measure: measures[0], grouping: grouping || '', sorting: sortings[0][0], filter: '', open: new Set(), compact: false, row: 0, column: 0 };
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const spacer = h('div', { class: 'spacer' });
  const box = h('div', { class: 'heat', tabindex: '0', role: 'group', 'aria-label': `Heat strips of ${noun}: arrow keys move, Enter opens a group` }, canvas, spacer);
  const legendHost = h('div', { class: 'legend-host' });
  fig.plot.replaceChildren(box);
  fig.plot.after(legendHost);
  let list = [];
  let colors = [];
  const rowHeight = () => (state.compact ? 3 : 17);
  const labelWidth = () => Math.min(190, box.clientWidth * 0.34);

  // A group is open where it was opened, and where a filter left few of it.
  const isOpen = (head) => state.open.has(head.name) || (state.filter !== '' && head.members.length <= 60);
  const arrange = () => {
    const { key, counts } = state.measure;
    const kept = rows.filter((row) => !state.filter || row.name.toLowerCase().includes(state.filter) || Object.values(row.groups).some((label) => String(label).toLowerCase().includes(state.filter)));
    const value = { name: null, mean: (row) => meanOf(row, key, counts), weight: (row) => row.weight }[state.sorting];
    const sort = (some) => (value ? descending(some.length, (at) => value(some[at])).map((at) => some[at]) : [...some].sort((a, b) => a.name.localeCompare(b.name)));
    if (!state.grouping) list = sort(kept).map((row) => ({ ...row, depth: 0 }));
    else {
      const groups = new Map();
      for (const row of kept) {
        const label = row.groups[state.grouping] || 'not said';
        if (!groups.has(label)) groups.set(label, []);
        groups.get(label).push(row);
      }
      const heads = [...groups].map(([name, members]) => ({ name, members, group: true, depth: 0, weight: sum(members.map((row) => row.weight)), bytes: { [key]: joined(members, key, counts, x.length) } }));
      list = sort(heads).flatMap((head) => [head, ...(isOpen(head) ? sort(head.members).map((row) => ({ ...row, depth: 1 })) : [])]);
    }
    state.row = Math.min(state.row, Math.max(0, list.length - 1));
    const whole = HEAD + list.length * rowHeight();
    spacer.style.height = whole + 'px';
    box.style.height = Math.min(520, whole + 4) + 'px';
    draw();
  };

  const draw = () => {
    colors = byteColors(state.measure.ramp);
    const ratio = devicePixelRatio || 1;
    const width = box.clientWidth;
    const tall = Math.min(box.clientHeight || 480, HEAD + list.length * rowHeight());
    canvas.width = Math.max(1, width * ratio);
    canvas.height = Math.max(1, tall * ratio);
    canvas.style.width = width + 'px';
    canvas.style.height = tall + 'px';
    const c = canvas.getContext('2d');
    c.scale(ratio, ratio);
    c.fillStyle = color('card');
    c.fillRect(0, 0, width, tall);
    c.font = '12px system-ui, sans-serif';
    const left = labelWidth();
    const high = rowHeight();
    const first = Math.floor(box.scrollTop / high);
    const count = Math.ceil((tall - HEAD) / high) + 1;
    const px = (at) => left + (at - x[0]) / (end - x[0] || 1) * (width - left - 4);
    for (let n = first; n < Math.min(list.length, first + count); n++) {
      const row = list[n];
      const y = HEAD + n * high - box.scrollTop;
      if (!state.compact) {
        c.fillStyle = color(row.group ? 'text' : 'muted');
        c.font = (row.group ? '600 ' : '') + '12px system-ui, sans-serif';
        const mark = row.group ? (isOpen(row) ? '▾ ' : '▸ ') : '';
        const label = row.group ? `${row.name} (${row.members.length})` : row.name;
        c.fillText(mark + shorten(label, left - 20 - row.depth * 14), 4 + row.depth * 14, y + 13);
      }
      const bytes = row.bytes[state.measure.key];
      for (let k = 0; k < x.length; k++) {
        const fill = colors[bytes[k]];
        if (!fill) continue;
        const from = px(x[k]);
        c.fillStyle = rgb(fill);
        c.fillRect(from, y, Math.max(0.6, px(k + 1 < x.length ? x[k + 1] : end) - from + 0.3), high - (state.compact ? 0 : 1));
      }
      if (n === state.row && document.activeElement === box) {
        c.strokeStyle = color('accent');
        c.lineWidth = 2;
        c.strokeRect(px(x[state.column]) - 1, y, Math.max(4, px(state.column + 1 < x.length ? x[state.column + 1] : end) - px(x[state.column]) + 2), high - 1);
      }
    }
    c.fillStyle = color('card');
    c.fillRect(0, 0, width, HEAD);
    c.fillStyle = color('muted');
    c.font = '11px system-ui, sans-serif';
    const { ticks, step } = timeTicks(x[0], end, Math.max(2, Math.floor((width - left) / 70)));
    for (const at of ticks) c.fillText(timeLabel(at, step), Math.min(px(at), width - 40), 14);
  };

  const describe = (n, k) => {
    const row = list[n];
    const byte = row.bytes[state.measure.key][k];
    const value = coarse(state.measure, byte);
    return [row.group ? `${row.name} (${row.members.length} ${noun})` : row.name, when(x[k]), `${state.measure.title}: ${value}`];
  };
  const toggle = (n) => {
    const row = list[n];
    if (!row || !row.group) return;
    if (state.open.has(row.name)) state.open.delete(row.name); else state.open.add(row.name);
    arrange();
  };
  const place = (event) => {
    const area = box.getBoundingClientRect();
    const [cx, cy] = [event.clientX - area.left, event.clientY - area.top];
    const n = Math.floor((cy - HEAD + box.scrollTop) / rowHeight());
    const at = x[0] + (cx - labelWidth()) / (box.clientWidth - labelWidth() - 4) * (end - x[0]);
    let k = 0;
    while (k + 1 < x.length && x[k + 1] <= at) k++;
    return cy < HEAD || n < 0 || n >= list.length ? null : { n, k, label: cx < labelWidth() };
  };
  box.addEventListener('scroll', draw);
  box.addEventListener('pointermove', (event) => {
    const at = place(event);
    if (at && !(at.label && state.compact)) showTip(event, describe(at.n, at.k)); else hideTip();
  });
  box.addEventListener('pointerleave', hideTip);
  box.addEventListener('click', (event) => { const at = place(event); if (at) toggle(at.n); });
  box.addEventListener('focus', draw);
  box.addEventListener('blur', draw);
  box.addEventListener('keydown', (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === 'Enter' || event.key === ' ') toggle(state.row);
    else if (move) {
      state.row = Math.max(0, Math.min(list.length - 1, state.row + move[0]));
      state.column = Math.max(0, Math.min(x.length - 1, state.column + move[1]));
      const y = state.row * rowHeight();
      if (y < box.scrollTop) box.scrollTop = y;
      if (y + rowHeight() * 2 + HEAD > box.scrollTop + box.clientHeight) box.scrollTop = y + rowHeight() * 2 + HEAD - box.clientHeight;
      draw();
    } else return;
    event.preventDefault();
    if (list[state.row]) say(describe(state.row, state.column).join(', '));
  });

  const scale = () => legendHost.replaceChildren(scaleLegend(state.measure));
  if (measures.length > 1) choose(fig.controls, 'Show', measures.map((one) => [one.key, one.title]), state.measure.key, (key) => { state.measure = measures.find((one) => one.key === key); scale(); arrange(); });
  if (groupings.length) choose(fig.controls, 'Group by', [['', 'nothing'], ...groupings], state.grouping, (key) => { state.grouping = key; state.open.clear(); arrange(); });
  choose(fig.controls, 'Sort by', sortings, state.sorting, (key) => { state.sorting = key; arrange(); });
  search(fig.controls, 'Filter', (words) => { state.filter = words; arrange(); });
  if (rows.length > 60) tick(fig.controls, 'Thin rows', false, (on) => { state.compact = on; arrange(); });
  scale();
  drawings.push(() => { scale(); arrange(); });
  arrange();
  // What is shown now, as a table.
  fig.rows = () => ({
    columns: [['row', 'Row'], ['mean', 'Mean'], ...x.map((at) => [when(at), when(at)])],
    rows: list.map((row) => [row.name, meanOf(row, state.measure.key, state.measure.counts), ...range(x.length).map((k) => {
      const byte = row.bytes[state.measure.key][k];
      return state.measure.counts ? countOf(byte) : shareOf(byte);
    })]),
  });
  fig.shown = () => list.map((row) => row.name);
}

// A strip of the colors and what they mean.
function scaleLegend(measure) {
  const marks = measure.counts ? [0, 1, 10, 100, 1000].map((value) => [byteOfCount(value), number(value)]) : [0, 0.25, 0.5, 0.75, 1].map((value) => [value * 250, percent(value).replace('.0', '')]);
  const most = measure.counts ? byteOfCount(1000) : 250;
  const svg = s('svg', { width: 260, height: 30, 'aria-hidden': 'true', 'shape-rendering': 'crispEdges' });
  const colors = byteColors(measure.ramp);
  for (let at = 0; at < 50; at++) svg.append(s('rect', { x: 10 + at * 4.6, y: 0, width: 5, height: 10, fill: rgb(colors[Math.round(at / 49 * most)]) }));
  for (const [byte, label] of marks) svg.append(text(10 + byte / most * 230, 24, label, 'middle'));
  return h('div', { class: 'scale-legend' }, svg, h('span', {}, ' ' + measure.title + (measure.counts ? ', logarithmic' : '')));
}
