// Money, energy and carbon: over time, by center, and by the hour of the day.
const BILLS = [
  { key: 'power_kw', title: 'Power', total: 'energy_kwh', write: power, totalWrite: energy },
  { key: 'cost_cny_per_h', title: 'Cost of energy per hour', total: 'energy_cost_cny', write: (v) => money(v) + '/h', totalWrite: money },
  { key: 'carbon_kg_per_h', title: 'Carbon per hour, by location', total: 'carbon_kg', write: (v) => carbon(v) + '/h', totalWrite: carbon },
];
function billOverTime() {
  const { grid } = page;
  let bill = BILLS[0];
  const fig = figure({
    id: 'bill-over-time', wide: true, title: 'Energy, money and carbon over time', text: 'Of all nodes, idle and closed ones included, after PUE; stacked by side.',
    table: () => {
      const columns = BILLS.flatMap((one) => groupSeries(one.key).map((series) => [one.title + ' ' + series.name, `${one.title}, ${series.name}`, series.y]));
      return { columns: [['interval_start_s', 'Interval'], ...columns.map(([key, title]) => [key, title])], rows: grid.x.map((at, k) => [when(at), ...columns.map((column) => column[2][k])]) };
    },
  });
  let draw;
  const set = () => {
    draw = chart(fig, { x: grid.x, end: grid.end, series: groupSeries(bill.key), stacked: true, axis: 'time', format: bill.write });
    draw();
  };
  choose(fig.controls, 'Show', BILLS.map((one) => [one.key, one.title]), bill.key, (key) => { bill = BILLS.find((one) => one.key === key); set(); });
  set();
  drawings.push(() => draw());
}
function billByCenter() {
  const centers = page.tables.centers;
  let bill = BILLS[0];
  const fig = figure({
    id: 'bill-by-center', title: 'By center', text: 'Totals over the window, the largest first; at most 20 are drawn, the table has all.',
    table: () => rowsOf(centers, ['center', 'side', 'energy_kwh', 'it_energy_kwh', 'pue_mean', 'power_mean_kw', 'energy_cost_cny', 'carbon_kg', 'carbon_market_kg', 'core_h', 'accelerator_h']),
  });
  let draw;
  const set = () => {
    const values = centers[bill.total] || [];
    const order = descending(centers.center.length, (at) => values[at]).slice(0, 20);
    draw = bars(fig, order.map((at) => ({ label: centers.center[at], parts: [{ name: bill.title, value: values[at], color: 'var(--c2)' }], note: centers.side ? centers.side[at] : null })), bill.totalWrite);
    draw();
  };
  choose(fig.controls, 'Show', [['energy_kwh', 'Energy'], ['energy_cost_cny', 'Cost of energy'], ['carbon_kg', 'Carbon, by location']], bill.total, (key) => { bill = BILLS.find((one) => one.total === key); set(); });
  set();
  drawings.push(() => draw());
}
// Means by the hour of the day: power, what a kWh cost, what it emitted.
function hourly(group) {
  const { grid } = page;
  const hours = range(24).map(() => ({ span: 0, kwh: 0, cny: 0, kg: 0 }));
  for (let k = 0; k < grid.x.length; k++) {
    const to = k + 1 < grid.x.length ? grid.x[k + 1] : grid.end;
    // An interval that lies in several hours is shared among them.
    for (let at = grid.x[k]; at < to - 1e-6;) {
      const into = (((calendar === null ? 0 : calendar / 1000) + at) % 3600 + 3600) % 3600;
      const next = Math.min(to, at + 3600 - into);
      const span = (next - at) / 3600;
      const hour = hours[hourOf(at + 1e-6)];
      hour.span += span;
      hour.kwh += group.power_kw[k] * span;
      hour.cny += group.cost_cny_per_h[k] * span;
      hour.kg += group.carbon_kg_per_h[k] * span;
      at = next;
    }
  }
  return hours.map((hour) => ({ power: hour.span ? hour.kwh / hour.span : null, tariff: hour.kwh ? hour.cny / hour.kwh : null, intensity: hour.kwh ? hour.kg / hour.kwh * 1000 : null }));
}
function billByHour() {
  const groups = page.grid.groups;
  let group = groups[0];
  const clock = calendar === null ? 'since the start' : 'of the day';
  const fig = figure({
    id: 'bill-by-hour', wide: true, title: 'Energy against tariff and intensity', text: `Mean power in each hour ${clock}, what a kWh cost then, and what it emitted: means by energy over the centers chosen.`,
    table: () => ({
      columns: [['hour', 'Hour'], ['power_mean_kw', 'Power (kW)'], ['CNY/kWh', 'Tariff (CNY/kWh)'], ['g/kWh', 'Intensity (g/kWh)']],
      rows: hourly(group).map((hour, at) => [`${two(at)}:00`, hour.power, hour.tariff, hour.intensity]),
    }),
  });
  const draw = () => {
    const hours = hourly(group);
    const width = Math.max(280, fig.plot.clientWidth);
    const panels = [['power', 'Power', power, 'var(--c2)'], ['tariff', 'Tariff', (v) => number(v) + ' CNY/kWh', 'var(--c4)'], ['intensity', 'Intensity', (v) => number(v) + ' g/kWh', 'var(--c1)']];
    const high = 92;
    const [left, right] = [8, width - 8];
    const svg = s('svg', { viewBox: `0 0 ${width} ${panels.length * high + 18}`, width, height: panels.length * high + 18, 'aria-hidden': 'true', focusable: 'false' });
    for (const [n, [key, title, write, fill]] of panels.entries()) {
      const top = n * high + 18;
      const known = hours.map((hour) => hour[key]).filter((value) => value !== null);
      const [least, most] = [Math.min(...known), largest(known)];
      svg.append(text(left, top - 4, known.length ? `${title}: ${write(least)} to ${write(most)}` : `${title}: no data`, 'start', { class: 'title' }));
      for (let at = 0; at < 24; at++) {
        const value = hours[at][key];
        if (value === null) continue;
        const tall = Math.max(1, value / (most || 1) * (high - 26));
        svg.append(s('rect', { x: left + at / 24 * (right - left) + 1, width: (right - left) / 24 - 2, y: top + high - 24 - tall, height: tall, fill, rx: 1 }));
      }
    }
    for (let at = 0; at < 24; at += width < 420 ? 6 : 3) svg.append(text(left + (at + 0.5) / 24 * (right - left), panels.length * high + 12, two(at) + ':00', 'middle'));
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const at = Math.max(0, Math.min(23, Math.floor(((event.clientX - box.left) / box.width * width - left) / (right - left) * 24)));
      showTip(event, [`${two(at)}:00 to ${two((at + 1) % 24)}:00`, ...panels.map(([key, title, write]) => `${title}: ${write(hours[at][key])}`)]);
    });
    svg.addEventListener('pointerleave', hideTip);
    fig.plot.replaceChildren(svg);
  };
  if (groups.length > 1) choose(fig.controls, 'Centers', groups.map((one, at) => [String(at), one.name]), '0', (key) => { group = groups[Number(key)]; draw(); });
  drawn(draw);
}
function twoLedgers() {
  const t = page.totals;
  const fig = figure({
    id: 'ledgers', title: 'Two ways to count', text: 'Left: all nodes, whoever uses them, the bill. Right: what is attributed to jobs and services, by their part of the nodes\u2019 peak power while they ran.',
    table: () => ({ columns: [['key', 'Figure'], ['value', 'Value']], rows: ['energy_kwh', 'it_energy_kwh', 'pue_mean', 'energy_cost_cny', 'transfer_cost_cny', 'cost_cny', 'carbon_kg', 'carbon_market_kg', 'caused_energy_kwh', 'caused_energy_cost_cny', 'caused_carbon_kg', 'caused_carbon_market_kg'].map((key) => [titled(key), t[key]]) }),
  });
  fig.plot.removeAttribute('role');
  fig.plot.removeAttribute('aria-label');
  const cell = ([key, words, value]) => h('td', { class: 'number' }, h('data', { 'data-key': key, value }, words));
  fig.plot.append(h('table', { class: 'plain' }, h('caption', { class: 'unseen' }, 'Two ways to count'), h('thead', {}, h('tr', {}, h('td'), h('th', { scope: 'col' }, 'All nodes'), h('th', { scope: 'col' }, 'Attributed'))),
    h('tbody', {}, page.ledgers.map(([name, all, own]) => h('tr', {}, h('th', { scope: 'row' }, name), cell(all), cell(own))))));
}
