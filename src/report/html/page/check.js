// The end: draws the page, and with #check in the address tries it out and writes what it found into the document.
async function selfCheck() {
  const found = { kind: page.kind, figures: {}, problems, resources: performance.getEntriesByType('resource').length };
  for (const data of document.querySelectorAll('data[data-key]')) (found.figures[data.dataset.key] ||= []).push([data.value, data.textContent]);
  found.means = [...document.querySelectorAll('td[data-metric]')].map((cell) => [cell.dataset.metric, cell.dataset.stack, cell.dataset.mean]);
  found.drawn = [...document.querySelectorAll('figure')].map((fig) => {
    const plot = fig.querySelector('.plot');
    const canvas = plot.querySelector('canvas');
    const painted = canvas ? new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size : 0;
    return { id: fig.id, marks: plot.querySelectorAll('path, rect, circle, td').length, colors: painted, titled: Boolean(fig.querySelector('h3').textContent && fig.querySelector('figcaption p').textContent), table: Boolean(fig.querySelector('details.data')) };
  });
  const tables = {};
  for (const details of document.querySelectorAll('details.data')) {
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
    tables[details.id] = details.querySelectorAll('tbody tr').length;
    details.open = false;
  }
  found.tables = tables;
  if (page.kind === 'run') {
    const fills = () => [...document.querySelectorAll('#map circle')].map((circle) => circle.getAttribute('fill')).join();
    const range = document.querySelector('#map input[type=range]');
    const before = fills();
    const arrows = () => [...document.querySelectorAll('#map .flows .arc')].map((arc) => arc.dataset.words);
    found.arrows = [arrows()];
    const seen = new Set([before]);
    for (let at = 1; at <= Number(range.max); at++) {
      range.value = String(at);
      range.dispatchEvent(new Event('input'));
      seen.add(fills());
      found.arrows.push(arrows());
    }
    found.slider = { positions: Number(range.max), pictures: seen.size, text: range.getAttribute('aria-valuetext') };
    range.value = '0';
    range.dispatchEvent(new Event('input'));
    found.slider.back = fills() === before && arrows().join() === found.arrows[0].join();
    found.bars = Object.fromEntries(['waited-for', 'busiest-links'].map((id) => [id, [...document.querySelectorAll(`#${id} .plot svg text`)].map((label) => label.textContent)]));
    const filter = document.querySelector('#center-strips input[type=search]');
    const rowsShown = () => Math.round((parseFloat(document.querySelector('#center-strips .spacer').style.height) - HEAD) / 17);
    if (filter) {
      const name = page.timeline.row[0];
      const all = rowsShown();
      filter.value = name;
      filter.dispatchEvent(new Event('input'));
      found.filter = { name, all, one: rowsShown() };
      filter.value = '';
      filter.dispatchEvent(new Event('input'));
    }
    const bars = document.querySelector('#gantt canvas');
    const told = document.querySelector('#gantt .story code');
    if (bars) {
      const unpicked = told.textContent;
      const box = bars.getBoundingClientRect();
      for (let at = 0; at < 4000 && told.textContent === unpicked; at++) {
        bars.dispatchEvent(new MouseEvent('click', { clientX: box.left + (at % 100 + 0.5) / 100 * box.width, clientY: box.top + (Math.floor(at / 100) + 0.5) / 40 * box.height }));
      }
      found.story = told.textContent;
    }
    found.centers = { names: page.tables.centers.center, jobs: page.tables.centers.jobs, energy_kwh: page.tables.centers.energy_kwh };
    found.grid = { intervals: page.grid.x.length, bytes: Object.values(page.grid.bytes).reduce((all, part) => all + part.length, 0) };
    found.unknown = document.querySelectorAll('body script:not([id]):not(:last-of-type)').length;
  }
  document.body.append(h('pre', { id: 'check' }, JSON.stringify(found)));
}
(async () => {
  try {
    await (page.kind === 'run' ? openRun() : openComparison());
    document.documentElement.dataset.state = 'drawn';
  } catch (error) {
    problems.push(String(error && error.stack || error));
    byId('notices').append(h('p', { class: 'notice', role: 'alert' }, 'This page could not be drawn: ' + error + '. A browser of 2023 or newer is needed.'));
  }
  if (location.hash === '#check') await selfCheck();
})();
