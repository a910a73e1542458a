// The Gantt chart of one center: each bar a job, thin lines what it waited.
function ganttFigure() {
  const { jobs, usage, tables } = page;
  const names = tables.centers.center;
  const begin = [];
  let at = 0;
  for (const count of jobs.count) { begin.push(at); at += count; }
  const withJobs = descending(names.length, (center) => jobs.placed[center]).filter((center) => jobs.count[center] > 0);
  if (!withJobs.length) return;
  const nameOf = (row) => (jobs.number[row] >= 0 ? `${usage.classes[jobs.class[row]]}-${jobs.number[row]}` : jobs.name[row]);
  // Rows of a center: instants in seconds.
  const rowsOfCenter = (center) => {
    const rows = [];
    let start = 0;
    for (let row = begin[center]; row < begin[center] + jobs.count[center]; row++) {
      start = row === begin[center] ? jobs.start[row] : start + jobs.start[row];
      const unit = jobs.unit_s;
      rows.push({ row, start: start * unit, end: (start + jobs.run[row]) * unit, submit: (start - jobs.wait[row]) * unit, staged: (start - jobs.queue[row]) * unit, nodes: jobs.nodes[row], class: jobs.class[row] });
    }
    return rows;
  };
  const order = descending(usage.classes.length, (c) => sum(page.flows.jobs.filter((_, k) => page.flows.class[k] === c)));
  const hue = new Map(order.map((c, n) => [c, `c${Math.min(n, SERIES - 1)}`]));
  const state = { center: withJobs[0], rows: [], lanes: 0, span: 0, from: 0, placed: [] };
  const last = page.grid.end;
  const fig = figure({
    id: 'gantt', wide: true, title: 'Jobs of a center', text: 'Each bar is a job from its start to its end, colored by class; the thin line before it is the time it waited in the queue. Jobs take the first free row: rows are not nodes.',
    table: () => ({
      columns: [['job', 'Job'], ['class', 'Class'], ['submit_s', 'Submitted (s)'], ['staged_s', 'Data there (s)'], ['start_s', 'Started (s)'], ['end_s', 'Ended (s)'], ['wait_s', 'Wait (s)'], ['nodes', 'Nodes']],
      rows: state.rows.map((job) => [nameOf(job.row), usage.classes[job.class], job.submit, job.staged, job.start, job.end, job.start - job.submit, job.nodes]),
    }),
  });
  const note = h('p', { class: 'note', 'aria-live': 'polite' });
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  // Where the page lies is where its run is, unless somebody moved it.
  const folder = location.protocol === 'file:' ? decodeURIComponent(location.pathname).replace(/\/[^/]*$/, '') : 'DIR';
  const quoted = (word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  const command = h('code', {}, 'eastwest explain DIR JOB');
  const story = h('p', { class: 'note story', 'aria-live': 'polite' }, 'Why a job ran there and then, and what it waited for: ', command, ' (a click on a bar names the job; every job of jobs.csv can be asked for).');
  fig.plot.append(note, canvas, story);
  const load = () => {
    state.rows = rowsOfCenter(state.center);
    const free = [];
    for (const job of state.rows) {
      let lane = free.findIndex((until) => until <= job.start);
      if (lane < 0) lane = free.length;
      free[lane] = Math.max(job.end, job.start + 1e-9);
      job.lane = lane;
    }
    state.lanes = free.length;
    const placed = jobs.placed[state.center];
    note.textContent = state.rows.length < placed
      ? `A sample: ${whole(state.rows.length)} of the ${whole(placed)} jobs that started at ${names[state.center]}, chosen by their numbers.`
      : `All ${whole(placed)} jobs that started at ${names[state.center]}.`;
    draw();
  };
  const draw = () => {
    const ratio = devicePixelRatio || 1;
    const width = Math.max(280, fig.plot.clientWidth);
    const high = Math.max(2, Math.min(16, Math.floor(440 / Math.max(1, state.lanes))));
    const tall = Math.max(60, state.lanes * high + HEAD + 6);
    const shown = Math.min(tall, 900);
    canvas.width = width * ratio;
    canvas.height = shown * ratio;
    canvas.style.width = '100%';
    canvas.style.height = shown + 'px';
    const c = canvas.getContext('2d');
    c.scale(ratio, ratio);
    c.clearRect(0, 0, width, shown);
    const span = state.span || last;
    const [from, to] = [state.from, state.from + span];
    const px = (time) => 4 + (time - from) / span * (width - 8);
    const fills = range(SERIES).map((n) => color('c' + n));
    c.fillStyle = color('muted');
    c.font = '11px system-ui, sans-serif';
    const { ticks, step } = timeTicks(from, to, Math.max(2, Math.floor(width / 80)));
    for (const time of ticks) {
      c.fillText(timeLabel(time, step), Math.min(px(time) + 2, width - 40), 14);
      c.fillRect(px(time), HEAD - 4, 1, 4);
    }
    state.placed = [];
    for (const job of state.rows) {
      if (job.end < from || job.start > to) continue;
      const y = HEAD + job.lane * high;
      const [x1, x2] = [Math.max(0, px(job.start)), Math.min(width, px(job.end))];
      c.fillStyle = fills[Number(hue.get(job.class).slice(1))];
      if (job.start > job.staged) {
        c.globalAlpha = 0.45;
        c.fillRect(Math.max(0, px(job.staged)), y + high / 2 - 0.5, x1 - Math.max(0, px(job.staged)), 1);
        c.globalAlpha = 1;
      }
      c.fillRect(x1, y, Math.max(0.8, x2 - x1), Math.max(1, high - 1));
      state.placed.push([x1, Math.max(x1 + 2, x2), y, high, job]);
    }
  };
  const hitBy = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return state.placed.find(([x1, x2, top, high]) => x >= x1 - 1 && x <= x2 + 1 && y >= top && y < top + high);
  };
  canvas.addEventListener('click', (event) => {
    const hit = hitBy(event);
    if (hit) command.textContent = `eastwest explain ${quoted(folder)} ${quoted(nameOf(hit[4].row))}`;
  });
  canvas.addEventListener('pointermove', (event) => {
    const hit = hitBy(event);
    if (!hit) { hideTip(); return; }
    const job = hit[4];
    showTip(event, [nameOf(job.row), usage.classes[job.class], `submitted ${when(job.submit)}`, `started ${when(job.start)}`, `ended ${when(job.end)} (ran ${seconds(job.end - job.start)})`,
      `waited ${seconds(job.start - job.submit)}, of it ${seconds(job.start - job.staged)} in the queue`, `${whole(job.nodes)} nodes`]);
  });
  canvas.addEventListener('pointerleave', hideTip);
  choose(fig.controls, 'Center', withJobs.map((center) => [String(center), `${names[center]} (${whole(jobs.placed[center])})`]), String(state.center), (key) => { state.center = Number(key); load(); });
  const spans = [[7 * DAY, '7 days'], [DAY, '1 day'], [6 * 3600, '6 hours'], [3600, '1 hour'], [600, '10 minutes']].filter(([span]) => span < last);
  const STEPS = 200;
  const move = slider(fig.controls, 'From', STEPS, (value) => {
    state.from = state.span ? value / STEPS * Math.max(0, last - state.span) : 0;
    if (state.rows.length) draw();
    return when(state.from);
  });
  move.input.disabled = true;
  choose(fig.controls, 'Show', [['0', 'the whole run'], ...spans.map(([span, title]) => [String(span), title])], '0', (key) => {
    state.span = Number(key);
    move.input.disabled = state.span === 0;
    move.set();
    draw();
  });
  const used = order.filter((c) => jobs.class.includes(c));
  const entries = range(SERIES).map((n) => [`c${n}`, used.filter((c) => hue.get(c) === `c${n}`).map((c) => usage.classes[c]).join(', ')]).filter(([, classes]) => classes);
  fig.plot.after(h('div', { class: 'legend-host' }, h('ul', { class: 'legend still' }, entries.map(([fill, classes]) => h('li', {},
    s('svg', { width: 16, height: 10, 'aria-hidden': 'true' }, s('rect', { width: 16, height: 10, fill: `var(--${fill})` })), ' ' + classes)))));
  load();
  drawings.push(draw);
}
