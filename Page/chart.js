// Small charts in SVG: lines over the last minutes, newest at the right.

import { element, setText, setAttribute, shape } from './dom.js';
import { moment } from './format.js';

/** A line without axes, for a row of a list. */
export class Sparkline {
  static width = 96;
  static height = 28;

  #line = shape('path', { class: 'line' });
  #area = shape('path', { class: 'area' });
  #drawn = '';

  constructor() {
    this.node = shape(
      'svg',
      { class: 'sparkline', viewBox: `0 0 ${Sparkline.width} ${Sparkline.height}`, 'aria-hidden': 'true' },
      this.#area,
      this.#line
    );
  }

  /** `values` oldest first, `capacity` the number of them that fills the width. */
  draw(values, capacity) {
    const { width, height } = Sparkline;
    const top = Math.max(...values, 1);
    const step = width / (capacity - 1);
    const start = width - (values.length - 1) * step;
    const points = values.map((value, index) => {
      const y = height - 2 - (Math.max(0, value) / top) * (height - 4);
      return `${(start + index * step).toFixed(1)} ${y.toFixed(1)}`;
    });
    const line = points.length > 1 && values.some((value) => value > 0) ? `M${points.join('L')}` : '';
    if (line === this.#drawn) return;
    this.#drawn = line;
    setAttribute(this.#line, 'd', line);
    setAttribute(this.#area, 'd', line ? `${line}L${width} ${height}L${start.toFixed(1)} ${height}Z` : '');
  }
}

/** A chart of one quantity with one line or two, over `samples` moments. */
export class LineChart {
  /** Of the drawing, which is stretched to the room there is. */
  static width = 480;
  static height = 100;
  static top = 2;

  #lines;
  #areas;
  #format;
  #capacity;
  #series;
  #limit = null;
  #history = null;
  #topLabel = element('span', { class: 'axis top' });
  #limitLine = shape('path', { class: 'limit' });
  #cursor = shape('path', { class: 'cursor' });
  #figures;
  #svg;

  /**
   * @param title what is shown.
   * @param series `{name, key}` of each line; the key is that of the history document.
   * @param format turns a value into text.
   * @param capacity the samples that fill the width.
   * @param nothing what is said while there is no value.
   */
  constructor({ title, series, format, capacity, nothing }) {
    this.#series = series;
    this.#format = format;
    this.#capacity = capacity;
    this.#lines = series.map((_, index) => shape('path', { class: `line line-${index}` }));
    this.#areas = series.map((_, index) => shape('path', { class: `area line-${index}` }));
    const { width, height, top } = LineChart;
    this.#svg = shape(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      shape('path', { class: 'grid', d: `M0 ${height - 1}H${width}M0 ${top}H${width}M0 ${(height + top) / 2}H${width}` }),
      this.#areas,
      this.#lines,
      this.#limitLine,
      this.#cursor
    );
    this.#figures = series.map((one, index) =>
      element('span', { class: `figure line-${index}` }, one.name ? element('i', { 'aria-hidden': 'true' }) : null, one.name ? `${one.name} ` : null, element('b', {}, '–'))
    );
    this.#svg.addEventListener('pointermove', (event) => this.#point(event));
    this.#svg.addEventListener('pointerleave', () => this.#showLatest());
    this.node = element(
      'figure', { class: 'chart without-data' },
      element('figcaption', {}, element('h3', {}, title), element('span', { class: 'figures' }, this.#figures)),
      element('div', { class: 'plot' }, this.#svg, this.#topLabel, element('p', { class: 'nothing' }, nothing)),
      element('p', { class: 'axis times', 'aria-hidden': 'true' }, element('span', {}, '15 min ago'), element('span', {}, '7½ min'), element('span', {}, 'now'))
    );
  }

  /** @param limit a value that is drawn as a line of its own when it is near. */
  draw(history, limit = null) {
    this.#history = history;
    const { width, height, top } = LineChart;
    const values = this.#series.map((one) => history[one.key] ?? []);
    const known = values.flat().filter(Number.isFinite);
    const peak = Math.max(...known, 0);
    this.#limit = limit && limit <= peak * 3 ? limit : null;
    const ceiling = niceCeiling(Math.max(peak, this.#limit ?? 0));
    const base = height - 1;
    const y = (value) => base - (Math.max(0, value) / ceiling) * (base - top);
    values.forEach((list, index) => {
      const { line, area } = paths(list, (position) => this.#x(position, list.length), y, base);
      setAttribute(this.#lines[index], 'd', line);
      setAttribute(this.#areas[index], 'd', area);
    });
    setAttribute(this.#limitLine, 'd', this.#limit ? `M0 ${y(this.#limit).toFixed(1)}H${width}` : '');
    setText(this.#topLabel, known.length > 0 ? this.#format(ceiling) : '');
    this.node.classList.toggle('without-data', known.length === 0);
    this.#showLatest();
  }

  #x(index, count) {
    return LineChart.width - ((count - 1 - index) / (this.#capacity - 1)) * LineChart.width;
  }

  #showLatest() {
    setAttribute(this.#cursor, 'd', '');
    this.#show((list) => list.at(-1), '');
  }

  #point(event) {
    const history = this.#history;
    if (!history) return;
    const box = this.#svg.getBoundingClientRect();
    const back = Math.round((1 - (event.clientX - box.left) / box.width) * (this.#capacity - 1));
    const x = LineChart.width * (1 - back / (this.#capacity - 1));
    setAttribute(this.#cursor, 'd', `M${x.toFixed(1)} 0V${LineChart.height}`);
    this.#show((list) => (back < list.length ? list.at(-1 - back) : null), ` at ${moment(history.time - back * history.interval)}`);
  }

  #show(pick, suffix) {
    this.#series.forEach((one, index) => {
      const value = pick(this.#history?.[one.key] ?? []);
      const text = value === null || value === undefined ? '–' : this.#format(value);
      setText(this.#figures[index].querySelector('b'), text + suffix);
    });
  }
}

/** A line with gaps where there is no value, and the area below. */
function paths(list, x, y, base) {
  let line = '';
  let area = '';
  let start = null;
  list.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      start = null;
      return;
    }
    const [px, py] = [x(index).toFixed(1), y(value).toFixed(1)];
    if (start === null) {
      line += `M${px} ${py}`;
      area += `M${px} ${base}L${px} ${py}`;
      start = px;
    } else {
      line += `L${px} ${py}`;
      area += `L${px} ${py}`;
    }
    const next = list[index + 1];
    if (!Number.isFinite(next)) area += `L${px} ${base}Z`;
  });
  return { line, area };
}

/** 1, 2, 5 or 10 times a power of ten, at or above the value. */
function niceCeiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value * 0.999);
}
