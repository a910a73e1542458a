// Jobs: distributions, what they waited for, what became of them.
function distribution(id, title, note, key, count, least, write) {
  const { curves } = page;
  const series = curves.of.filter((one) => one[key].length).sort((a, b) => b[count] - a[count])
    .map((one, n) => ({ name: one.class, x: one[key], y: curves.shares.map((share, k) => (k === 0 && one[key][0] > least ? 0 : share)), ...look(n) }));
  const fig = figure({
    id, title, text: note,
    table: () => ({ columns: [['share', 'Share of jobs'], ...series.map((one) => [key, one.name])], rows: curves.shares.map((share, k) => [percent(share), ...series.map((one) => one.x[k])]) }),
  });
  if (!series.length) { fig.plot.append(h('p', {}, 'No job has one.')); return; }
  drawn(chart(fig, { x: curves.shares, series, axis: 'log', least, most: 1, format: (value) => percent(value).replace('.0 ', ' '), xFormat: write, height: 260 }));
}
function whatTheyWaitedFor() {
  const classes = page.tables.classes;
  if (!classes.wait_mean_s) return;
  const at = (key, n) => (classes[key] && classes[key][n]) || 0;
  const order = descending(classes.class.length, (n) => classes.wait_mean_s[n]).filter((n) => classes.wait_mean_s[n] > 0);
  const fig = figure({
    id: 'waited-for', title: 'What the jobs waited for', text: 'Mean wait of each class, split into the time until a center was chosen, the time its data took to arrive, and the time in the queue for nodes.',
    table: () => rowsOf(classes, ['class', 'jobs', 'wait_mean_s', 'brokering_mean_s', 'staging_mean_s', 'queue_wait_mean_s', 'wait_median_s', 'wait_p95_s', 'wait_p99_s', 'wait_max_s', 'bounded_slowdown_mean', 'bounded_slowdown_p95']),
  });
  if (!order.length) { fig.plot.append(h('p', {}, 'No class waited.')); return; }
  const items = order.map((n) => {
    // Three means over the same jobs, those that started: they add up to the wait.
    const [choice, queue] = [at('brokering_mean_s', n), at('queue_wait_mean_s', n)];
    const data = Math.max(0, classes.wait_mean_s[n] - choice - queue);
    return { label: classes.class[n], total: classes.wait_mean_s[n], parts: [{ name: 'data', value: data, color: 'var(--c0)' }, { name: 'queue', value: queue, color: 'var(--c1)' }, { name: 'choice of center', value: choice, color: 'var(--faint)' }], note: `${whole(classes.jobs[n])} jobs` };
  });
  drawn(bars(fig, items, seconds, [['data', 'var(--c0)'], ['queue', 'var(--c1)'], ['choice of center', 'var(--faint)']]));
}
const OUTCOMES = [['rejected', 1], ['unfinished', 0], ['killed', 3], ['lost', 4]];
function notCompleted() {
  const classes = page.tables.classes;
  const reasons = Object.entries(page.rejected_by_reason);
  const items = classes.class.map((name, n) => ({ label: name, parts: OUTCOMES.map(([key, c]) => ({ name: key, value: (classes[key] && classes[key][n]) || 0, color: `var(--c${c})` })), note: `of ${whole(classes.jobs[n])} jobs` }))
    .filter((item) => sum(item.parts.map((part) => part.value)) > 0).sort((a, b) => sum(b.parts.map((part) => part.value)) - sum(a.parts.map((part) => part.value)));
  const why = reasons.length ? ' Rejected: ' + reasons.map(([reason, jobs]) => `${whole(jobs)} ${reason}`).join(', ') + '.' : ' No job was rejected.';
  const fig = figure({
    id: 'not-completed', title: 'Jobs that did not complete', text: `By class and outcome. "Unfinished" jobs were in the system when the run ended.${why}`,
    table: () => ({ columns: [['reason', 'Outcome or reason'], ['jobs', 'Jobs']], rows: [...OUTCOMES.map(([key]) => [key, page.totals[key]]), ...reasons.map(([reason, jobs]) => ['rejected: ' + reason, jobs])] }),
  });
  if (!items.length) { fig.plot.append(h('p', {}, 'All jobs completed.')); return; }
  drawn(bars(fig, items, whole, OUTCOMES.map(([key, c]) => [key, `var(--c${c})`])));
}
function rejectedByReason() {
  const reasons = Object.entries(page.rejected_by_reason).sort((a, b) => b[1] - a[1]);
  if (!reasons.length) return;
  const fig = figure({
    id: 'rejected', title: 'Rejected jobs by reason', text: 'Jobs that were never run.',
    table: () => ({ columns: [['reason', 'Reason'], ['rejected', 'Jobs']], rows: reasons }),
  });
  drawn(bars(fig, reasons.map(([reason, jobs]) => ({ label: reason, parts: [{ name: 'jobs', value: jobs, color: 'var(--c1)' }] })), whole));
}
