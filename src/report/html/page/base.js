'use strict';
// What went wrong in this page: shown by the self-check (#check).
const problems = [];
addEventListener('error', (event) => problems.push(String(event.message)));
addEventListener('unhandledrejection', (event) => problems.push(String(event.reason)));
addEventListener('securitypolicyviolation', (event) => problems.push('forbidden: ' + event.blockedURI));
for (const level of ['error', 'warn']) {
  const before = console[level].bind(console);
  console[level] = (...words) => { problems.push(words.join(' ')); before(...words); };
}

const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId('data').textContent);
// The name space of SVG, asked of an element rather than written out: the page names no address at all.
const SVG = byId('svg-sample').namespaceURI;

// Makes an element. Texts are set as text, never as markup.
function make(space, tag, attributes, children) {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.setAttribute('class', value);
    else if (!space && name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}
const h = (tag, attributes, ...children) => make(null, tag, attributes, children);
const s = (tag, attributes, ...children) => make(SVG, tag, attributes, children);

// Bytes from base64 of zlib.
async function unpack(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// What has to be drawn again when the width or the colors change.
const drawings = [];
function drawn(draw) {
  drawings.push(draw);
  draw();
}
let lastWidth = 0;
function redrawAll() {
  lastWidth = byId('main').clientWidth;
  for (const draw of drawings) draw();
}
addEventListener('resize', () => {
  if (byId('main').clientWidth !== lastWidth) requestAnimationFrame(redrawAll);
});

// Colors come from the style sheet, so that light and dark are decided in one place.
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
const SERIES = 8;
const DASHES = ['', '6 3', '2 3', '8 3 2 3'];
// The look of the n-th series: eight colors, then the same ones dashed.
const look = (n) => ({ color: `var(--c${n % SERIES})`, dash: DASHES[Math.floor(n / SERIES) % DASHES.length] });

const hex = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
// A color scale of 0 to 1 from the five colors of the style sheet that begin with a name.
function ramp(name) {
  const stops = [0, 1, 2, 3, 4].map((n) => hex(color(name + n)));
  const table = [];
  for (let at = 0; at <= 250; at++) {
    const place = at / 250 * 4;
    const low = Math.min(3, Math.floor(place));
    table.push(stops[low].map((value, c) => Math.round(value + (stops[low + 1][c] - value) * (place - low))));
  }
  return table;
}
const rgb = (triple) => `rgb(${triple[0]},${triple[1]},${triple[2]})`;

const tip = byId('tip');
function showTip(event, lines) {
  tip.replaceChildren(...lines.map((line, at) => h(at ? 'div' : 'strong', {}, line)));
  tip.hidden = false;
  const room = 14;
  const x = event.clientX + room + tip.offsetWidth > innerWidth ? event.clientX - tip.offsetWidth - room : event.clientX + room;
  const y = event.clientY + room + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - room : event.clientY + room;
  tip.style.left = Math.max(4, x) + 'px';
  tip.style.top = Math.max(4, y) + 'px';
}
const hideTip = () => { tip.hidden = true; };
addEventListener('scroll', hideTip, { passive: true });
const say = (text) => { byId('live').textContent = text; };

const sum = (values) => values.reduce((total, value) => total + (value || 0), 0);
const range = (n) => Array.from({ length: n }, (_, at) => at);
const largest = (values) => values.reduce((most, value) => (value > most ? value : most), -Infinity);
// Places of a list, in the order of a value, largest first.
const descending = (n, value) => range(n).sort((a, b) => (value(b) ?? -Infinity) - (value(a) ?? -Infinity) || a - b);
