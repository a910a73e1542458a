// Line and area charts over time or a logarithmic axis, and bars.
function niceStep(span, count) {
  const raw = span / Math.max(1, count);
  const ten = 10 ** Math.floor(Math.log10(raw || 1));
  for (const factor of [1, 2, 2.5, 5, 10]) if (ten * factor >= raw * 0.999) return ten * factor;
  return ten * 10;
}
// Round spans of time, for axes in seconds.
const SPANS = [1e-3, 1e-2, 0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 5 * 86400, 10 * 86400, 20 * 86400, 50 * 86400];
const DECADES = [1, 10, 60, 600, 3600, 6 * 3600, 86400, 10 * 86400, 100 * 86400];
function ticksOf(most, count, write) {
  if (!(most > 0)) return [0];
  const step = (write === seconds && SPANS.find((span) => most / span <= count)) || niceStep(most, count);
  const ticks = [];
  for (let at = 0; at <= most * 1.0001; at += step) ticks.push(at);
  return ticks;
}
const DAY = 86400;
function timeTicks(from, to, count) {
  const steps = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 28 * DAY, 91 * DAY, 364 * DAY];
  const step = steps.find((one) => (to - from) / one <= count) || steps[steps.length - 1];
  // Days begin at midnight of the calendar.
  const shift = calendar === null ? 0 : ((calendar / 1000) % DAY + DAY) % DAY;
  const first = Math.ceil((from + shift) / step) * step - shift;
  const ticks = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return { ticks, step };
}
function timeLabel(at, step) {
  if (calendar === null) {
    if (step >= DAY) return `${Math.round(at / DAY)} d`;
    if (step >= 3600) return `${Math.round(at / 3600)} h`;
    return step >= 60 ? `${Math.round(at / 60)} min` : `${Math.round(at)} s`;
  }
  const date = new Date(calendar + at * 1000);
  if (step >= DAY || (date.getUTCHours() === 0 && date.getUTCMinutes() === 0)) {
    return step > 7 * DAY ? `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}` : `${DAYS[date.getUTCDay()]} ${date.getUTCDate()}`;
  }
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}
function text(x, y, words, anchor, more) {
  return s('text', { x, y, 'text-anchor': anchor || 'start', ...more }, words);
}
// The axis of time along the bottom.
function timeAxis(svg, from, to, left, right, top, bottom) {
  const { ticks, step } = timeTicks(from, to, Math.max(2, Math.floor((right - left) / 70)));
  for (const at of ticks) {
    const x = left + (at - from) / (to - from || 1) * (right - left);
    svg.append(s('line', { x1: x, x2: x, y1: top, y2: bottom, class: 'grid' }), text(x, bottom + 15, timeLabel(at, step), 'middle'));
  }
}

// A legend whose entries switch series on and off.
function legend(host, series, hidden, change) {
  const list = h('ul', { class: 'legend' });
  for (const one of series) {
    const swatch = s('svg', { width: 22, height: 10, 'aria-hidden': 'true' },
      one.area ? s('rect', { width: 22, height: 10, fill: one.color }) : s('line', { x1: 0, x2: 22, y1: 5, y2: 5, stroke: one.color, 'stroke-width': 3, 'stroke-dasharray': one.dash || null }));
    const button = h('button', { type: 'button', 'aria-pressed': String(!hidden.has(one.name)), onclick: () => {
      if (hidden.has(one.name)) hidden.delete(one.name); else hidden.add(one.name);
      button.setAttribute('aria-pressed', String(!hidden.has(one.name)));
      change();
    } }, swatch, ' ' + one.name);
    list.append(h('li', {}, button));
  }
  host.append(list);
}

// A chart of series over x. `axis` is 'time' (steps from one x to the next) or 'log' (x at least `least`).
// series: [{name, color, dash, y, x?}], areas are stacked in their order; `line` is drawn over them.
function chart(fig, { x, end, series, stacked, axis, least, format: write, xFormat, xTitle, yTitle, most, height, over }) {
  const hidden = new Set();
  const canvas = h('div');
  fig.plot.replaceChildren(canvas);
  for (const old of fig.element.querySelectorAll('.legend')) old.remove();
  const legendHost = h('div');
  const draw = () => {
    const shown = series.filter((one) => !hidden.has(one.name));
    const width = Math.max(280, fig.plot.clientWidth);
    const tall = height || 240;
    const [left, right, top, bottom] = [58, width - 10, 10, tall - (xTitle ? 40 : 24)];
    const stack = stacked ? stackOf(shown, x.length) : null;
    const high = most ?? (stacked ? largest([...stack.top, ...(over ? over.y : [])]) : largest(shown.flatMap((one) => one.y.filter((v) => v !== null))));
    const yTicks = ticksOf(high > 0 ? high : 1, 4, write);
    const yMost = Math.max(high > 0 ? high : 1, yTicks[yTicks.length - 1]);
    const first = axis === 'log' ? Math.log10(least) : x[0];
    const last = axis === 'log' ? Math.log10(largest([least * 10, ...shown.flatMap((one) => one.x || x)])) : end;
    const px = (value) => left + ((axis === 'log' ? Math.log10(Math.max(value, least)) : value) - first) / (last - first || 1) * (right - left);
    const py = (value) => bottom - value / yMost * (bottom - top);
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    for (const at of yTicks) {
      svg.append(s('line', { x1: left, x2: right, y1: py(at), y2: py(at), class: 'grid' }), text(left - 6, py(at) + 4, write(at), 'end'));
    }
    if (axis === 'time') timeAxis(svg, first, last, left, right, top, bottom);
    else {
      const marks = xFormat === seconds ? DECADES : range(12).map((n) => 10 ** n);
      let free = -Infinity;
      for (const at of marks.filter((mark) => mark >= least && Math.log10(mark) <= last)) {
        svg.append(s('line', { x1: px(at), x2: px(at), y1: top, y2: bottom, class: 'grid' }));
        if (px(at) < free) continue;
        free = px(at) + 48;
        svg.append(text(px(at), bottom + 15, (at === least ? '≤ ' : '') + xFormat(at), at === least ? 'start' : 'middle'));
      }
    }
    if (xTitle) svg.append(text((left + right) / 2, tall - 6, xTitle, 'middle', { class: 'title' }));
    if (yTitle) svg.append(text(left, top - 1, yTitle, 'start', { class: 'title' }));
    const edge = (k) => px(k + 1 < x.length ? x[k + 1] : end);
    for (const [n, one] of shown.entries()) {
      if (stacked) {
        let path = '';
        const up = stack.bands[n];
        for (let k = 0; k < x.length; k++) path += `${k ? 'L' : 'M'}${px(x[k]).toFixed(1)},${py(up[k][1]).toFixed(1)}H${edge(k).toFixed(1)}`;
        for (let k = x.length - 1; k >= 0; k--) path += `L${edge(k).toFixed(1)},${py(up[k][0]).toFixed(1)}H${px(x[k]).toFixed(1)}`;
        svg.append(s('path', { d: path + 'z', fill: one.color, class: 'area' }));
      } else svg.append(lineOf(one, x, px, py, edge, axis));
    }
    if (over && !hidden.has(over.name)) svg.append(lineOf(over, x, px, py, edge, axis));
    const cursor = s('line', { y1: top, y2: bottom, class: 'cursor', visibility: 'hidden' });
    svg.append(s('line', { x1: left, x2: right, y1: bottom, y2: bottom, class: 'axis' }), cursor);
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width * width;
      if (at < left || at > right) { hideTip(); return; }
      cursor.setAttribute('x1', at); cursor.setAttribute('x2', at); cursor.setAttribute('visibility', 'visible');
      const raw = first + (at - left) / (right - left) * (last - first);
      const all = over ? [...shown, over] : shown;
      if (axis === 'log') {
        const value = 10 ** raw;
        showTip(event, [xFormat(value), ...all.map((one) => `${one.name}: ${write(below(one, value))}`)].slice(0, 18));
      } else {
        let k = 0;
        while (k + 1 < x.length && x[k + 1] <= raw) k++;
        showTip(event, [when(x[k]), ...all.map((one) => `${one.name}: ${write(one.y[k])}`)].slice(0, 18));
      }
    });
    svg.addEventListener('pointerleave', () => { hideTip(); cursor.setAttribute('visibility', 'hidden'); });
    canvas.replaceChildren(svg);
  };
  if (series.length + (over ? 1 : 0) > 1) {
    legend(legendHost, [...series.map((one) => ({ ...one, area: stacked })), ...(over ? [over] : [])], hidden, draw);
    fig.plot.after(legendHost);
    legendHost.className = 'legend-host';
  }
  return draw;
}
// The share of a distribution at or below a value.
function below(one, value) {
  let at = -1;
  for (let k = 0; k < one.x.length; k++) if (one.x[k] <= value) at = k;
  return at < 0 ? 0 : one.y[at];
}
function stackOf(series, count) {
  const top = new Array(count).fill(0);
  const bands = series.map((one) => range(count).map((k) => [top[k], (top[k] += one.y[k] || 0)]));
  return { top, bands };
}
function lineOf(one, x, px, py, edge, axis) {
  let path = '';
  let open = false;
  const xs = one.x || x;
  for (let k = 0; k < one.y.length; k++) {
    if (one.y[k] === null || one.y[k] === undefined) { open = false; continue; }
    const y = py(one.y[k]).toFixed(1);
    path += `${open ? 'L' : 'M'}${px(xs[k]).toFixed(1)},${y}` + (axis === 'time' ? `H${edge(k).toFixed(1)}` : '');
    open = true;
  }
  return s('path', { d: path, fill: 'none', stroke: one.color, 'stroke-width': 1.8, 'stroke-dasharray': one.dash || null, 'stroke-linejoin': 'round' });
}

// Horizontal bars: items [{label, parts: [{name, value, color}], note?}].
function bars(fig, items, write, names) {
  const draw = () => {
    const width = Math.max(280, fig.plot.clientWidth);
    const row = 22;
    const labels = Math.min(width * 0.36, 190);
    const tall = items.length * row + 24;
    const most = largest([0, ...items.map((item) => sum(item.parts.map((part) => part.value)))]) || 1;
    const [left, right] = [labels, width - 76];
    const svg = s('svg', { viewBox: `0 0 ${width} ${tall}`, width, height: tall, 'aria-hidden': 'true', focusable: 'false' });
    for (const at of ticksOf(most, 4, write)) {
      const x = left + at / most * (right - left);
      svg.append(s('line', { x1: x, x2: x, y1: 0, y2: tall - 20, class: 'grid' }), text(x, tall - 6, write(at), 'middle'));
    }
    for (const [n, item] of items.entries()) {
      let x = left;
      const y = n * row + 3;
      svg.append(text(left - 6, y + 12, shorten(item.label, labels - 10), 'end'));
      for (const part of item.parts) {
        const wide = (part.value || 0) / most * (right - left);
        svg.append(s('rect', { x, y, width: wide, height: row - 7, fill: part.color, rx: 1.5 }));
        x += wide;
      }
      svg.append(text(x + 5, y + 12, write(item.total ?? sum(item.parts.map((part) => part.value))), 'start', { class: 'value' }));
    }
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const item = items[Math.floor((event.clientY - box.top) / box.height * tall / row)];
      if (item) showTip(event, [item.label, ...item.parts.map((part) => `${part.name}: ${write(part.value)}`), ...(item.note ? [item.note] : [])]);
      else hideTip();
    });
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  if (names) {
    const host = h('div', { class: 'legend-host' });
    host.append(h('ul', { class: 'legend still' }, names.map(([name, fill]) => h('li', {},
      s('svg', { width: 16, height: 10, 'aria-hidden': 'true' }, s('rect', { width: 16, height: 10, fill })), ' ' + name))));
    fig.plot.after(host);
  }
  return draw;
}
// As much of a text as fits, at about six pixels a letter and twelve a CJK one.
function shorten(words, room) {
  let used = 0;
  let out = '';
  for (const letter of words) {
    used += letter.codePointAt(0) > 0x2e80 ? 12 : 6.4;
    if (used > room) return out.replace(/.$/u, '') + '…';
    out += letter;
  }
  return out;
}
