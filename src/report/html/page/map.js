// The map: centers at their places, links by load, flows between sides, and a slider over the timeline.
function mapFigure() {
  const { map, tables, facts, grid } = page;
  const centers = tables.centers;
  const count = centers.center.length;
  const nodes = range(count).map((at) => sum(['open_nodes_mean', 'closed_nodes_mean'].map((key) => centers[key] && centers[key][at])));
  const sizes = [['accelerators', 'open accelerators', facts.open_accelerators], ['cores', 'open cores', facts.open_cores], ['nodes', 'nodes, open and closed', nodes]].filter((size) => size[2].some((value) => value > 0));
  // What is open says most, unless it is open in few centers.
  let size = sizes.find((one) => one[2].filter((value) => value > 0).length * 2 >= count) || sizes[sizes.length - 1] || ['nodes', 'nodes', nodes];
  const fig = figure({
    id: 'map', wide: true, live: true, title: map.schematic ? 'Where the load went (no places are known)' : 'Where the load went',
    text: `Each circle is a center: its area follows its capacity, its color the measure; a hollow one has no data. Lines are links, darker and thicker with load. Arrows are what was delivered from side to side: in the whole window, or the mean rate in the interval of the slider. ${map.source}`,
    table: () => {
      const keys = ['center', 'side', 'tier', 'province', 'operator', 'jobs', 'completed', 'utilization', 'load', 'wait_mean_s', 'queue_wait_mean_s', 'waiting_mean', 'energy_kwh', 'energy_cost_cny', 'carbon_kg'];
      const made = rowsOf(centers, keys);
      made.columns.push(['open_accelerators', 'Open accelerators'], ['open_cores', 'Open cores']);
      for (const [at, row] of made.rows.entries()) row.push(facts.open_accelerators[at], facts.open_cores[at]);
      return made;
    },
  });
  const measures = [
    { key: 'utilization', title: 'Utilization of open capacity', ramp: 'u' },
    { key: 'load', title: 'Load, closed use included', ramp: 'u' },
    { key: 'waiting', title: 'Waiting jobs', ramp: 'w', counts: true },
  ];
  const state = { measure: measures[0], at: 0, links: true, flows: true, labels: true };
  let [radius, order] = [[], []];
  const measureCircles = (width) => {
    const most = largest([...size[2], 1e-9]);
    const shrink = Math.min(1, Math.max(0.55, width / 900));
    radius = range(count).map((at) => ((count > 300 ? 1.6 : 2.5) + (count > 300 ? 13 : 17) * Math.sqrt(size[2][at] / most)) * shrink);
    order = descending(count, (at) => radius[at]);
  };
  const spot = range(count).map((at) => [map.x[facts.center_site[at]], map.y[facts.center_site[at]]]);
  const svg = s('svg', { viewBox: `0 0 ${map.width} ${map.height}`, class: 'map', role: 'img', 'aria-label': `Map of ${count} centers; the table below it holds their figures` });
  fig.plot.append(svg);
  const legendHost = h('div', { class: 'legend-host' });
  fig.plot.after(legendHost);
  let shapes = { circles: [], links: [] };

  const byteOf = (at) => {
    const { key, counts } = state.measure;
    if (state.at > 0) {
      const row = grid.rowOf[at];
      return row === undefined ? 255 : grid.bytes[key][row * grid.x.length + state.at - 1];
    }
    const value = key === 'waiting' ? centers.waiting_mean && centers.waiting_mean[at] : centers[key] && centers[key][at];
    if (value === null || value === undefined) return 255;
    return counts ? byteOfCount(value) : Math.min(250, Math.round(value * 250));
  };
  const busyOf = (link) => {
    const lanes = [2 * link, 2 * link + 1];
    const values = state.at > 0
      ? lanes.map((lane) => (grid.laneRow.has(lane) ? shareOf(grid.bytes.busy[grid.laneRow.get(lane) * grid.x.length + state.at - 1]) : tables.links.busy && tables.links.busy[lane]))
      : lanes.map((lane) => tables.links.busy && tables.links.busy[lane]);
    return largest(values.map((value) => value ?? 0));
  };
  const paint = () => {
    const colors = byteColors(state.measure.ramp);
    for (const [at, circle] of shapes.circles) {
      const fill = colors[byteOf(at)];
      circle.setAttribute('fill', fill ? rgb(fill) : 'none');
      circle.setAttribute('class', fill ? '' : 'hollow');
    }
    const scale = ramp('l');
    for (const [link, line] of shapes.links) {
      const busy = Math.min(1, busyOf(link));
      line.setAttribute('stroke', rgb(scale[Math.round(busy * 250)]));
      line.setAttribute('stroke-width', (0.7 + 4 * busy) * shapes.k);
    }
    legendHost.replaceChildren(scaleLegend(state.measure), scaleLegend({ title: 'Busy share of links', ramp: 'l' }));
  };
  const draw = () => {
    const k = map.width / Math.max(280, fig.plot.clientWidth);
    measureCircles(fig.plot.clientWidth);
    const parts = [s('rect', { width: map.width, height: map.height, class: 'sea' })];
    if (map.land) parts.push(s('path', { d: map.land, class: 'land', 'stroke-width': 0.8 * k }));
    if (map.lines) parts.push(s('path', { d: map.lines, class: 'outline', 'stroke-width': 0.8 * k }));
    if (map.graticule) parts.push(s('path', { d: map.graticule, class: 'graticule', 'stroke-width': 0.6 * k }));
    if (fig.plot.clientWidth > 500) parts.push(s('g', { 'font-size': 10 * k }, map.marks.map(([label, x, y]) => text(x, y, label, x > 100 ? 'middle' : 'start', { class: 'mark' }))));
    const links = s('g', { class: 'links' });
    const lines = [];
    if (state.links) {
      for (let link = 0; link < facts.link_from.length; link++) {
        const [a, b] = [facts.link_from[link], facts.link_to[link]];
        if (map.x[a] === null || map.x[b] === null || (map.x[a] === map.x[b] && map.y[a] === map.y[b])) continue;
        const line = s('line', { x1: map.x[a], y1: map.y[a], x2: map.x[b], y2: map.y[b] });
        links.append(line);
        lines.push([link, line]);
      }
    }
    const dots = s('g', { class: 'sites' });
    for (let site = 0; site < facts.site.length && facts.site.length <= 600; site++) {
      if (facts.site_kind[site] === 'metro' && map.x[site] !== null) dots.append(s('rect', { x: map.x[site] - 3 * k, y: map.y[site] - 3 * k, width: 6 * k, height: 6 * k }));
    }
    const circles = [];
    const group = s('g', { class: 'centers' });
    // Those that have something to show are drawn last.
    const hollow = (at) => byteOf(at) === 255;
    for (const at of [...order.filter(hollow), ...order.filter((one) => !hollow(one))]) {
      if (spot[at][0] === null) continue;
      const circle = s('circle', { cx: spot[at][0], cy: spot[at][1], r: radius[at] * k, 'stroke-width': (count > 300 ? 0.5 : 0.8) * k, 'data-center': at });
      group.append(circle);
      circles.push([at, circle]);
    }
    shapes = { circles, links: lines, k };
    const taken = circlesTaken(k);
    const over = s('g', { class: 'over' });
    svg.replaceChildren(...parts, links, dots, group, over);
    shapes.over = over;
    shapes.taken = taken;
    paint();
    annotate();
  };
  // Flows between sides and names, which give way to each other.
  const annotate = () => {
    const taken = [...shapes.taken];
    shapes.over.replaceChildren(state.flows ? sideFlows(shapes.k, taken) : '', state.labels ? labels(shapes.k, taken) : '');
  };
  // Labels of the largest centers and of metros, wherever one fits without covering another.
  const labels = (k, taken) => {
    const group = s('g', { class: 'labels', 'font-size': 11 * k });
    const names = order.slice(0, 150).map((at) => [centers.center[at], spot[at], radius[at]]);
    for (let site = 0; site < facts.site.length && facts.site.length <= 600; site++) {
      if (facts.site_kind[site] === 'metro') names.push([facts.site[site], [map.x[site], map.y[site]], 4]);
    }
    let placed = 0;
    for (const [name, [x, y], r] of names) {
      if (x === null || placed >= fig.plot.clientWidth / 20) continue;
      const label = shorten(name, 150);
      const [wide, tall] = [widthOf(label) * k, 13 * k];
      const gap = (r + 3) * k;
      const tries = [[x + gap, y - tall / 2, 'start'], [x - gap - wide, y - tall / 2, 'end'], [x - wide / 2, y - gap - tall, 'middle'], [x - wide / 2, y + gap, 'middle'],
        [x + gap * 0.7, y - gap * 0.7 - tall, 'start'], [x + gap * 0.7, y + gap * 0.7, 'start'], [x - gap * 0.7 - wide, y - gap * 0.7 - tall, 'end'], [x - gap * 0.7 - wide, y + gap * 0.7, 'end']];
      const found = tries.find(([left, top]) => free(taken, [left, top, left + wide, top + tall]));
      if (!found) continue;
      taken.push([found[0], found[1], found[0] + wide, found[1] + tall]);
      const at = found[2] === 'start' ? found[0] : found[2] === 'end' ? found[0] + wide : found[0] + wide / 2;
      group.append(text(at, found[1] + 10 * k, label, found[2]));
      placed++;
    }
    return group;
  };
  const widthOf = (label) => [...label].reduce((room, letter) => room + (letter.codePointAt(0) > 0x2e80 ? 11.5 : 6.4), 2);
  const free = (taken, box) => box[0] > 0 && box[2] < map.width && box[1] > 0 && box[3] < map.height && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
  const circlesTaken = (k) => (count > 300 ? [] : order.filter((at) => spot[at][0] !== null).map((at) => [spot[at][0] - radius[at] * k * 0.7, spot[at][1] - radius[at] * k * 0.7, spot[at][0] + radius[at] * k * 0.7, spot[at][1] + radius[at] * k * 0.7]));
  // What went from side to side: bytes in the whole window, else the mean rate at which flows delivered in the slider's interval.
  const sideAmounts = () => {
    if (state.at === 0) return page.traffic.map(({ from, to, bytes: value }) => ({ from, to, value, words: bytes(value) }));
    const over = page.traffic_over_time;
    const [from, to] = [grid.x[state.at - 1], state.at < grid.x.length ? grid.x[state.at] : grid.end];
    const endOf = (k) => (k + 1 < over.start_s.length ? over.start_s[k + 1] : over.end_s);
    // The intervals of the traffic that overlap: one where both are cut alike.
    const mine = range(over.start_s.length).filter((k) => over.start_s[k] < to - 1e-6 && endOf(k) > from + 1e-6);
    const span = sum(mine.map((k) => endOf(k) - over.start_s[k])) || 1;
    return range(over.from.length).map((pair) => {
      const value = sum(mine.map((k) => over.bytes[pair][k]));
      return { from: over.from[pair], to: over.to[pair], value, words: bitRate(value * 8 / span) };
    });
  };
  // Arcs between the middles of the sides: the largest flows, at most six and none below a fiftieth of the largest.
  const sideFlows = (k, taken) => {
    const group = s('g', { class: 'flows', 'font-size': 11 * k });
    const middle = {};
    for (const side of ['east', 'central', 'west']) {
      const mine = range(facts.site.length).filter((site) => facts.site_side[site] === side && facts.site_kind[site] !== 'exchange' && map.x[site] !== null);
      if (mine.length) middle[side] = [sum(mine.map((site) => map.x[site])) / mine.length, sum(mine.map((site) => map.y[site])) / mine.length];
    }
    const known = sideAmounts().filter((flow) => flow.from !== flow.to && middle[flow.from] && middle[flow.to] && flow.value > 0).sort((a, b) => b.value - a.value);
    const top = known.length ? known[0].value : 1;
    for (const flow of known.filter((one) => one.value >= top / 50).slice(0, 6)) {
      const [[x1, y1], [x2, y2]] = [middle[flow.from], middle[flow.to]];
      const width = (1.5 + 9 * Math.sqrt(flow.value / top)) * k;
      const words = `${flow.from} to ${flow.to}: ${flow.words}`;
      const bend = 0.28;
      const [cx, cy] = [(x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend];
      const [dx, dy] = [x2 - cx, y2 - cy];
      const length = Math.hypot(dx, dy) || 1;
      const [ux, uy] = [dx / length, dy / length];
      const [ex, ey] = [x2 - ux * width * 1.2, y2 - uy * width * 1.2];
      const path = s('path', { d: `M${x1},${y1}Q${cx},${cy} ${ex},${ey}`, fill: 'none', 'stroke-width': width, class: 'arc', 'data-words': words });
      path.addEventListener('pointermove', (event) => { event.stopPropagation(); showTip(event, [words]); });
      group.append(path, s('path', { d: `M${x2},${y2}L${ex - uy * width},${ey + ux * width}L${ex + uy * width},${ey - ux * width}z`, class: 'arrow' }));
      const [wide, tall] = [widthOf(words) * k, 13 * k];
      const spots = [0.5, 0.35, 0.65, 0.2, 0.8].flatMap((t) => {
        const [x, y] = [(1 - t) ** 2 * x1 + 2 * t * (1 - t) * cx + t * t * x2, (1 - t) ** 2 * y1 + 2 * t * (1 - t) * cy + t * t * y2];
        return [[x - wide / 2, y - tall / 2], [x - wide / 2, y - width - tall], [x - wide / 2, y + width]];
      });
      const found = spots.find(([left, up]) => free(taken, [left, up, left + wide, up + tall]));
      if (!found) continue;
      taken.push([found[0], found[1], found[0] + wide, found[1] + tall]);
      group.append(text(found[0] + wide / 2, found[1] + 10 * k, words, 'middle', { class: 'halo' }));
    }
    return group;
  };
  svg.addEventListener('pointermove', (event) => {
    const at = event.target.getAttribute && event.target.getAttribute('data-center');
    if (at === null || at === undefined) { hideTip(); return; }
    const [{ key, counts, title }, value] = [state.measure, byteOf(at)];
    const exact = centers[key === 'waiting' ? 'waiting_mean' : key];
    const words = state.at === 0 ? (counts ? number : percent)(exact ? exact[at] : null) : coarse(state.measure, value);
    showTip(event, [centers.center[at], [centers.side && centers.side[at], centers.province && centers.province[at]].filter(Boolean).join(', ') || 'place not said',
      `${title}: ${words}`,
      `${number(size[2][at])} ${size[1]}`, `${whole(centers.jobs[at])} jobs in the window`]);
  });
  svg.addEventListener('pointerleave', hideTip);

  choose(fig.controls, 'Color', measures.map((one) => [one.key, one.title]), 'utilization', (key) => { state.measure = measures.find((one) => one.key === key); paint(); });
  if (sizes.length > 1) choose(fig.controls, 'Size', sizes.map(([key, title]) => [key, title]), size[0], (key) => { size = sizes.find((one) => one[0] === key); draw(); });
  tick(fig.controls, 'Links', true, (on) => { state.links = on; draw(); });
  if (page.traffic.some((flow) => flow.from !== flow.to)) tick(fig.controls, 'Flows between sides', true, (on) => { state.flows = on; draw(); });
  tick(fig.controls, 'Names', true, (on) => { state.labels = on; draw(); });
  const time = slider(fig.controls, 'Time', grid.x.length, (at) => {
    state.at = at;
    if (shapes.k) { paint(); annotate(); }
    return at === 0 ? 'whole window' : when(grid.x[at - 1]);
  });
  let timer = null;
  const play = h('button', { type: 'button', onclick: () => {
    if (timer) { clearInterval(timer); timer = null; play.textContent = 'Play'; return; }
    play.textContent = 'Stop';
    timer = setInterval(() => {
      const next = (Number(time.input.value) + 1) % (grid.x.length + 1);
      time.input.value = String(next);
      time.set();
      if (next === 0) play.click();
    }, 200);
  } }, 'Play');
  fig.controls.append(play);
  drawn(draw);
}
