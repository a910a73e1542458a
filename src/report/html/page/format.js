// Numbers as people read them: three or four digits and a unit of their size, as in the terminal's tables.
// A number with so many decimals. A tie goes to the even digit, as in the terminal's tables, where toFixed rounds it up. Only numbers of
// few binary digits can be ties, and their products here are exact.
function fixed(value, digits) {
  const twice = value * 10 ** digits * 2;
  const tie = Number.isInteger(value * 2 ** (digits + 1)) && Number.isInteger(twice) && Math.abs(twice % 2) === 1 && Math.abs(twice) < 2 ** 52;
  if (!tie) return value.toFixed(digits);
  const below = Math.floor(twice / 2);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}
const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ',');
function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return 'no data';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 99.95) return grouped(fixed(value, 0));
  if (size < 0.0001) return value < 0 ? '-<0.0001' : '<0.0001';
  const text = fixed(value, size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 4);
  return text.replace(/0+$/, '').replace(/\.$/, '');
}
function scaled(value, units) {
  if (value === null || value === undefined || Number.isNaN(value)) return 'no data';
  let best = units[0];
  for (const unit of units) if (Math.abs(value) >= unit[0]) best = unit;
  return number(value / best[0]) + ' ' + best[1];
}
const LARGE = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];
const decimals = (unit) => LARGE.map((prefix, at) => [1000 ** at, prefix + unit]);
const whole = (value) => (value === null || value === undefined ? 'no data' : grouped(String(Math.round(value))));
function seconds(value) {
  if (value === 0) return '0 s';
  if (Math.abs(value) >= 172800) return number(value / 86400) + ' d';
  return scaled(value, [[1e-9, 'ns'], [1e-6, 'us'], [1e-3, 'ms'], [1, 's'], [60, 'min'], [3600, 'h']]);
}
const energy = (kwh) => scaled(kwh, [[1, 'kWh'], [1e3, 'MWh'], [1e6, 'GWh'], [1e9, 'TWh']]);
// A large number of anything.
const amount = (value) => (value >= 1e4 && value < 1e6 ? number(value / 1e3) + ' k' : scaled(value, [[1, ''], [1e6, 'M'], [1e9, 'G'], [1e12, 'T']]).trim());
const power = (kw) => scaled(kw, [[1, 'kW'], [1e3, 'MW'], [1e6, 'GW']]);
const carbon = (kg) => scaled(kg, [[1, 'kg'], [1e3, 't'], [1e6, 'kt'], [1e9, 'Mt']]);
const money = (cny) => scaled(cny, [[1, 'CNY'], [1e6, 'M CNY'], [1e9, 'G CNY']]);
const bytes = (value) => scaled(value, decimals('B'));
const bitRate = (value) => scaled(value, decimals('bps'));
function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return 'no data';
  const value = share * 100;
  if (value === 0) return '0 %';
  if (Math.abs(value) < 0.05) return '<0.1 %';
  return fixed(value, 1) + ' %';
}

// A figure of a list is named by its path, whose last part is the key.
const entryOf = (key) => page.glossary[key] || page.glossary[key.slice(key.lastIndexOf('.') + 1)] || ['', ''];
const unitOf = (key) => entryOf(key)[0];
const meaningOf = (key) => entryOf(key)[1];
const SHARES = /(utilization|_share|^load|^busy|^link_busy)$/;
// How a value of a key is written.
function formatOf(key) {
  const unit = unitOf(key);
  const by = { s: seconds, kWh: energy, kW: power, CNY: money, kg: carbon, B: bytes, 'bit/s': bitRate };
  if (by[unit]) return by[unit];
  if (unit) return (value) => number(value) + (value === null ? '' : ' ' + unit);
  if (SHARES.test(key)) return percent;
  return number;
}
const format = (key, value) => (typeof value === 'string' ? value : formatOf(key)(value));
// A key as words: what stands in headings.
const words = (key) => {
  if (key === 'wan_bytes') return 'Moved between sites';
  const text = key.replace(/_(s|h|kwh|kw|cny|kg|bps|bytes)$/, '').replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
const titled = (key) => (unitOf(key) ? `${words(key)} (${unitOf(key)})` : words(key));

// Instants: on the scenario's own calendar where it has one, else hours since the start.
const calendar = (() => {
  const match = /([+-])(\d\d):(\d\d)$/.exec(page.start || '');
  const base = page.start ? Date.parse(page.start) : NaN;
  if (Number.isNaN(base)) return null;
  const offset = match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
  return base + offset * 60000;
})();
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (n) => String(n).padStart(2, '0');
function when(at) {
  if (calendar === null) return seconds(at);
  const date = new Date(calendar + at * 1000);
  const day = `${DAYS[date.getUTCDay()]} ${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}
// The hour of the day at an instant.
const hourOf = (at) => Math.floor((((calendar === null ? 0 : calendar / 1000) + at) / 3600) % 24 + 24) % 24;
