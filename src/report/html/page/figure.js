// Figures: a title, a description, controls, a drawing, and the data behind it as a table that is built when it is asked for.
const sections = [];
let section = null;
function beginSection(id, title, text) {
  section = h('section', { id, 'aria-labelledby': id + '-title' }, h('h2', { id: id + '-title' }, title), text ? h('p', { class: 'lead' }, text) : null);
  byId('sections').append(section);
  sections.push({ id, title });
}

let figureCount = 0;
// A figure; `table` gives {columns: [[key, title]...], rows}. Returns its plot and its controls.
function figure({ id, title, text, table, wide, live }) {
  figureCount += 1;
  const name = id || 'figure-' + figureCount;
  const plot = h('div', { class: 'plot', id: name + '-plot' });
  if (!live) {
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', title + '. ' + text);
  }
  const controls = h('div', { class: 'controls' });
  const element = h('figure', { class: 'card' + (wide ? ' wide' : ''), id: name },
    h('figcaption', {}, h('h3', {}, title), h('p', {}, text)), controls, plot);
  if (table) element.append(dataTable(title, name, table));
  section.append(element);
  return { element, plot, controls, name };
}

// A labelled choice.
let controlCount = 0;
function choose(controls, label, options, value, change) {
  const id = 'control-' + (controlCount += 1);
  const select = h('select', { id, onchange: () => change(select.value) },
    options.map(([key, text]) => h('option', { value: key, selected: key === value }, text)));
  controls.append(h('label', { for: id }, label + ' '), select);
  return select;
}
function tick(controls, label, value, change) {
  const id = 'control-' + (controlCount += 1);
  const box = h('input', { id, type: 'checkbox', checked: value, onchange: () => change(box.checked) });
  controls.append(h('span', { class: 'tick' }, box, h('label', { for: id }, label)));
  return box;
}
function search(controls, label, change) {
  const id = 'control-' + (controlCount += 1);
  const input = h('input', { id, type: 'search', oninput: () => change(input.value.trim().toLowerCase()) });
  controls.append(h('label', { for: id }, label + ' '), input);
  return input;
}
function slider(controls, label, most, change) {
  const id = 'control-' + (controlCount += 1);
  const output = h('output', { for: id });
  const input = h('input', { id, type: 'range', min: '0', max: String(most), step: '1', value: '0' });
  const set = () => {
    const text = change(Number(input.value));
    output.textContent = text;
    input.setAttribute('aria-valuetext', text);
  };
  input.addEventListener('input', set);
  controls.append(h('label', { for: id }, label + ' '), input, output);
  set();
  return { input, set };
}

const ROWS_SHOWN = 200;
// `<details>` whose table is built the first time it is opened, and anew whenever it is opened after a change.
function dataTable(title, name, table, open) {
  const body = h('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': 'Table: ' + title });
  const details = h('details', { class: 'data', id: name + '-data' },
    h('summary', {}, open || 'Data as a table'), body);
  details.addEventListener('toggle', () => { if (details.open) fillTable(body, title, name, table()); });
  return details;
}
function fillTable(body, title, name, { columns, rows }) {
  let order = range(rows.length);
  let sorted = null;
  let shown = ROWS_SHOWN;
  const head = h('tr');
  const list = h('tbody');
  const more = h('p', { class: 'more' });
  const fill = () => {
    list.replaceChildren(...order.slice(0, shown).map((at) => h('tr', {}, rows[at].map((value, c) => {
      const text = value === null || value === undefined || Number.isNaN(value) ? '' : format(columns[c][0], value);
      const numeric = typeof value === 'number';
      return h(c === 0 ? 'th' : 'td', { scope: c === 0 ? 'row' : null, class: numeric ? 'number' : null, title: numeric ? String(value) : null }, text);
    }))));
    const rest = rows.length - Math.min(shown, rows.length);
    more.replaceChildren(rest > 0 ? `${whole(rest)} more rows. ` : '', rest > 0
      ? h('button', { type: 'button', onclick: () => { shown = shown >= 2000 ? Infinity : 2000; fill(); } }, 'Show more') : '');
  };
  const sortBy = (c) => {
    const down = sorted === c;
    sorted = down ? null : c;
    const compare = (a, b) => {
      const [x, y] = [rows[a][c], rows[b][c]];
      if (x === null || y === null) return (x === null) - (y === null);
      return typeof x === 'number' ? y - x : String(x).localeCompare(String(y));
    };
    order = range(rows.length).sort((a, b) => (down ? -compare(a, b) : compare(a, b)) || a - b);
    for (const [at, cell] of [...head.children].entries()) {
      cell.setAttribute('aria-sort', at !== c ? 'none' : down ? 'ascending' : 'descending');
    }
    fill();
  };
  for (const [c, [key, text]] of columns.entries()) {
    head.append(h('th', { scope: 'col', title: meaningOf(key) || null },
      h('button', { type: 'button', onclick: () => sortBy(c) }, text)));
  }
  fill();
  const save = h('button', { type: 'button', onclick: () => download(name + '.csv', csv(columns, order.map((at) => rows[at]))) }, 'Save as CSV');
  body.replaceChildren(h('p', {}, save, ` ${whole(rows.length)} rows`),
    h('table', {}, h('caption', { class: 'unseen' }, title), h('thead', {}, head), list), more);
}
function csv(columns, rows) {
  const cell = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return '';
    const text = String(value);
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  return [columns.map((column) => column[0]), ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
// Columns of a packed table as rows.
function rowsOf(table, keys) {
  const names = keys || Object.keys(table);
  const present = names.filter((key) => table[key]);
  const count = present.length ? table[present[0]].length : 0;
  return {
    columns: present.map((key) => [key, titled(key)]),
    rows: range(count).map((at) => present.map((key) => table[key][at])),
  };
}
