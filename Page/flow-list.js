// The list of flows. All rows are in the document, so that a browser's own search finds them, but only those in view are
// laid out and written to: a tick costs the same with ten flows and with a thousand.

import { Sparkline } from './chart.js';
import { element, setAttribute, setHidden, setText } from './dom.js';
import { bitrate, count, duration, percent } from './format.js';
import { ProblemList } from './problems.js';
import { stateName } from './states.js';

const states = ['Ready', 'Reconciling', 'Stalled', 'NotReady', 'Suspended'];
const sparklineCapacity = 60;
/** Rows that are made before the first paint, and at a time afterwards. */
const rowsAtOnce = 60;
const columns = ['Flow', 'State', 'Active input', 'Bitrate', 'Last 5 minutes', 'Loss', 'Uptime', 'Conditions'];

export class FlowList {
  #rows = new Map();
  #order = [];
  #pending = [];
  #visible = new Set();
  #filter = { text: '', state: null };
  #clockOffset = 0;
  #observer;
  #body = element('tbody', { role: 'rowgroup' });
  #template = rowTemplate();
  #problems = new ProblemList('Files with problems');
  #found = element('p', { class: 'found', role: 'status' });
  #empty = element('p', { class: 'empty', hidden: true });
  #filterButtons = new Map();
  #search;
  #isStopped = false;

  constructor() {
    this.heading = element('h1', { tabindex: '-1' }, 'Flows');
    this.#search = element('input', {
      id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'Name, protocol, peer, error',
      oninput: () => this.#filterChanged({ text: this.#search.value }),
    });
    for (const state of [null, ...states]) {
      const button = element('button', {
        type: 'button', 'aria-pressed': String(state === null), onclick: () => this.#filterChanged({ state }),
      }, state === null ? 'All' : stateName(state), ' ', element('span', { class: 'count' }, '0'));
      this.#filterButtons.set(state, button);
    }
    this.node = element(
      'div',
      { class: 'list-page' },
      element(
        'div', { class: 'toolbar' },
        this.heading,
        element('search', {},
          element('label', { for: 'search', class: 'visually-hidden' }, 'Search the flows'), this.#search,
          element('div', { class: 'filters', role: 'group', 'aria-label': 'Show flows that are' }, [...this.#filterButtons.values()])
        ),
        this.#found
      ),
      this.#problems.node,
      element(
        'table', { class: 'flows', role: 'table', 'aria-label': 'Flows' },
        element('thead', { role: 'rowgroup' },
          element('tr', { role: 'row' }, columns.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name)))),
        this.#body
      ),
      this.#empty
    );
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '300px 0px' });
    this.#ticker = setInterval(() => this.#tick(), 1000);
    this.#sampler = setInterval(() => this.#sample(), 5000);
  }

  #ticker;
  #sampler;

  stop() {
    this.#isStopped = true;
    clearInterval(this.#ticker);
    clearInterval(this.#sampler);
    this.#observer.disconnect();
  }

  // What comes from the gateway

  take(type, document) {
    this.#clockOffset = document.time - Date.now() / 1000;
    if (document.gateway) this.#problems.update(document.gateway.files, document.gateway.filesWithProblems - document.gateway.files.length);
    if (type === 'list') this.#takeAll(document.flows);
    else this.#takeChanges(document.changed, document.removed);
    this.#count();
  }

  takeHistory(history) {
    for (const [name, values] of Object.entries(history.flows)) {
      const row = this.#rows.get(name);
      if (!row) continue;
      row.history = values.slice(-sparklineCapacity);
      if (this.#visible.has(row)) row.write(this.#now());
    }
  }

  #takeAll(flows) {
    const names = new Set(flows.map((flow) => flow.name));
    const gone = this.#order.filter((name) => !names.has(name));
    this.#takeChanges(flows, gone);
  }

  #takeChanges(changed, removed) {
    for (const name of removed) this.#remove(name);
    const added = [];
    for (const flow of changed) {
      const row = this.#rows.get(flow.name);
      if (row) {
        row.flow = flow;
        this.#applyFilter(row);
        if (this.#visible.has(row)) row.write(this.#now());
      } else {
        added.push(flow);
      }
    }
    if (added.length > 0) this.#add(added);
  }

  #remove(name) {
    const row = this.#rows.get(name);
    if (!row) return;
    this.#observer.unobserve(row.node);
    this.#visible.delete(row);
    row.node.remove();
    this.#rows.delete(name);
    this.#order.splice(this.#order.indexOf(name), 1);
  }

  #add(flows) {
    for (const flow of flows) this.#rows.set(flow.name, new Row(flow, this.#template));
    const isFirst = this.#order.length === 0;
    this.#order = [...this.#rows.keys()].sort((one, other) => (one < other ? -1 : 1));
    if (!isFirst) return this.#place(this.#order);
    const first = this.#order.slice(0, rowsAtOnce);
    this.#pending = this.#order.slice(rowsAtOnce);
    this.#place(first);
    this.#placeMore();
  }

  /** Rows below the first screen come when the browser has time for them. */
  #placeMore() {
    if (this.#pending.length === 0 || this.#isStopped) return;
    const later = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 0));
    later(() => {
      const names = this.#pending.splice(0, rowsAtOnce);
      // At last all of them: others may have come in between.
      this.#place(this.#pending.length > 0 ? names : this.#order);
      this.#placeMore();
    }, { timeout: 200 });
  }

  /** Puts rows where they belong in the order of names; those that stand there stay. */
  #place(names) {
    const waiting = new Set(this.#pending);
    let next = null;
    for (const name of names.toReversed()) {
      const row = this.#rows.get(name);
      if (!row || waiting.has(name)) continue;
      if (row.node.parentNode !== this.#body || row.node.nextSibling !== next) this.#body.insertBefore(row.node, next);
      if (!row.isObserved) {
        row.isObserved = true;
        row.write(this.#now());
        this.#applyFilter(row);
        this.#observer.observe(row.node);
      }
      next = row.node;
    }
  }

  // What is shown

  #now() {
    return Date.now() / 1000 + this.#clockOffset;
  }

  #seen(entries) {
    for (const entry of entries) {
      const row = entry.target.row;
      if (entry.isIntersecting) {
        this.#visible.add(row);
        row.write(this.#now());
      } else {
        this.#visible.delete(row);
      }
    }
  }

  #tick() {
    const now = this.#now();
    for (const row of this.#visible) row.writeUptime(now);
  }

  /** The rows' own history goes on from what the gateway told at first. */
  #sample() {
    for (const row of this.#rows.values()) {
      row.history.push(Math.round(row.flow.bitrate / 1000));
      if (row.history.length > sparklineCapacity) row.history.shift();
    }
    for (const row of this.#visible) row.writeSparkline();
  }

  #filterChanged(change) {
    Object.assign(this.#filter, change);
    for (const [state, button] of this.#filterButtons) setAttribute(button, 'aria-pressed', String(state === this.#filter.state));
    for (const row of this.#rows.values()) this.#applyFilter(row);
    this.#count();
  }

  #applyFilter(row) {
    setHidden(row.node, !row.matches(this.#filter));
  }

  #count() {
    const counts = new Map();
    let shown = 0;
    for (const row of this.#rows.values()) {
      counts.set(row.flow.state, (counts.get(row.flow.state) ?? 0) + 1);
      if (row.matches(this.#filter)) shown += 1;
    }
    const all = this.#rows.size;
    for (const [state, button] of this.#filterButtons) {
      const number = state === null ? all : counts.get(state) ?? 0;
      setText(button.querySelector('.count'), count(number));
      setHidden(button, state !== null && number === 0 && this.#filter.state !== state);
    }
    const isFiltered = this.#filter.text !== '' || this.#filter.state !== null;
    setText(this.#found, isFiltered ? `${count(shown)} of ${count(all)} flows` : `${count(all)} ${all === 1 ? 'flow' : 'flows'}`);
    setHidden(this.#empty, shown > 0);
    setText(this.#empty, all === 0 ? 'No flows yet. A YAML file in the folder of flows makes one, at once.' : 'No flow is like that.');
  }
}

/** Made once and copied for each flow. */
function rowTemplate() {
  const cell = (name, ...children) => element('td', { role: 'cell', class: name, 'data-label': columns[columnClasses.indexOf(name)] }, ...children);
  return element(
    'tr', { role: 'row' },
    element('th', { scope: 'row', role: 'rowheader', class: 'name' }, element('a', {}), element('span', { class: 'minor' })),
    cell('state', element('span', { class: 'badge' })),
    cell('active', element('span', { class: 'major' }), element('span', { class: 'minor' })),
    cell('bitrate', element('span', { class: 'major' }), element('span', { class: 'minor' }), element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', {}))),
    cell('spark'),
    cell('loss'),
    cell('uptime'),
    cell('conditions', element('span', { class: 'chips' }), element('span', { class: 'minor' }))
  );
}

const columnClasses = ['name', 'state', 'active', 'bitrate', 'spark', 'loss', 'uptime', 'conditions'];

class Row {
  history = [];
  isObserved = false;
  #cells;
  #sparkline = null;
  #written = null;

  constructor(flow, template) {
    this.flow = flow;
    this.node = template.cloneNode(true);
    this.node.row = this;
    this.#cells = this.node.children;
    const link = this.#cells[0].firstChild;
    link.href = `#/flows/${encodeURIComponent(flow.name)}`;
    link.textContent = flow.name;
  }

  matches({ text, state }) {
    if (state !== null && this.flow.state !== state) return false;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return true;
    const flow = this.flow;
    const all = [flow.name, flow.description, flow.state, flow.activeLeg, flow.remote, flow.lastError, flow.file, ...flow.protocols]
      .filter(Boolean).join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  }

  write(now) {
    const flow = this.flow;
    if (flow !== this.#written) {
      this.#written = flow;
      const [name, state, active, rate, , loss, , conditions] = this.#cells;
      setText(name.lastChild, flow.description);
      setText(state.firstChild, stateName(flow.state));
      setAttribute(state.firstChild, 'data-state', flow.state);
      setText(active.firstChild, flow.activeLeg ?? '–');
      setText(active.lastChild, flow.remote);
      setText(rate.children[0], bitrate(flow.bitrate));
      setText(rate.children[1], `of ${bitrate(flow.maxBandwidth)}`);
      writeMeter(rate.children[2], flow.bitrate, flow.maxBandwidth);
      setText(loss, percent(flow.loss));
      setAttribute(loss, 'data-level', lossLevel(flow.loss));
      writeConditions(conditions, flow);
    }
    this.writeUptime(now);
    this.writeSparkline();
  }

  writeUptime(now) {
    setText(this.#cells[6], this.flow.connectedAt ? duration(now - this.flow.connectedAt) : '–');
  }

  writeSparkline() {
    if (this.history.length < 2) return;
    if (!this.#sparkline) {
      this.#sparkline = new Sparkline();
      this.#cells[4].append(this.#sparkline.node);
    }
    this.#sparkline.draw(this.history, sparklineCapacity);
  }
}

/** How full the cap is. */
export function writeMeter(node, value, cap) {
  const share = cap > 0 ? Math.min(1, value / cap) : 0;
  node.firstChild.style.width = `${(share * 100).toFixed(1)}%`;
  setAttribute(node, 'data-level', share >= 0.98 ? 'bad' : share >= 0.9 ? 'warn' : null);
}

export function lossLevel(loss) {
  return loss >= 1 ? 'bad' : loss > 0 ? 'warn' : null;
}

function writeConditions(cell, flow) {
  const chips = flow.conditions.map((condition) => {
    const isGood = condition.type === 'Ready' ? condition.status === 'True' : condition.status !== 'True';
    const level = isGood ? 'good' : condition.type === 'Stalled' ? 'bad' : 'warn';
    return element('span', { class: 'chip', 'data-level': level, title: condition.message }, `${condition.type}: ${condition.reason}`);
  });
  cell.firstChild.replaceChildren(...chips);
  setText(cell.lastChild, flow.lastError);
  setAttribute(cell.lastChild, 'title', flow.lastError);
}
