// Numbers as people read them, in the units of `headgate status`.

/** Three digits that count: 5.02, 50.2, 502. */
export function decimal(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const places = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return String(Number(value.toFixed(places)));
}

function scaled(value, units) {
  for (const [name, size] of units) if (value >= size - size / 2000) return `${decimal(value / size)} ${name}`;
  return null;
}

export function bitrate(bitsPerSecond) {
  if (!(bitsPerSecond > 0)) return '–';
  return scaled(bitsPerSecond, [['Gbit/s', 1e9], ['Mbit/s', 1e6], ['kbit/s', 1e3]]) ?? `${Math.round(bitsPerSecond)} bit/s`;
}

export function bytes(count) {
  return scaled(count, [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]) ?? `${count} B`;
}

export function count(number) {
  return Number(number).toLocaleString('en-GB');
}

/** 45s, 3m12s, 5h07m, 12d4h: two units at most. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, '0');
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${days}d${hours}h`;
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  if (minutes > 0) return `${minutes}m${two(whole % 60)}s`;
  return `${whole}s`;
}

/** 0%, 0.02%, <0.01%; – when nothing was expected. */
export function percent(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0%';
  return value < 0.01 ? '<0.01%' : `${decimal(value)}%`;
}

export function milliseconds(value) {
  return Number.isFinite(value) ? `${decimal(value)} ms` : '–';
}

export function perSecond(value) {
  return Number.isFinite(value) ? `${decimal(value)}/s` : '–';
}

/** The time of day, with the date when it is another day's. `time` is in seconds since 1970. */
export function moment(time) {
  const date = new Date(time * 1000);
  const clock = date.toLocaleTimeString('en-GB');
  return date.toDateString() === new Date().toDateString() ? clock : `${date.toLocaleDateString('en-CA')} ${clock}`;
}
