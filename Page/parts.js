// Pieces that the view of a flow is made of. Each is made once and then written to.

import { copyButton, element, setHidden, setText } from './dom.js';

/** Names and values, of which those without a value are not there. */
export class Facts {
  #rows = new Map();

  constructor(names) {
    this.node = element('dl', { class: 'facts' });
    for (const name of names) {
      const value = element('dd', {});
      const row = element('div', { hidden: true }, element('dt', {}, name), value);
      this.#rows.set(name, { row, value });
      this.node.append(row);
    }
  }

  set(values) {
    for (const [name, { row, value }] of this.#rows) {
      const text = values[name];
      setHidden(row, text === null || text === undefined || text === '');
      setText(value, text ?? '');
    }
  }
}

/** An address on a line of its own, ready to copy. */
export class Address {
  #code = element('code', {});
  #text = '';

  constructor(label) {
    this.node = element('p', { class: 'address' }, this.#code, copyButton(() => this.#text, label));
  }

  set(text) {
    this.#text = text;
    setText(this.#code, text || 'no address yet');
    setHidden(this.node.lastChild, !text);
  }
}

/** Command lines behind a summary. */
export class Commands {
  #body = element('div', { class: 'commands' });
  #note = element('p', { class: 'note' });
  #details;
  #shown = null;

  constructor(title) {
    this.#details = element('details', {}, element('summary', {}, title), this.#body);
    this.node = element('div', { class: 'how' }, this.#details, this.#note);
  }

  set({ lines, note }) {
    const key = JSON.stringify([lines, note]);
    if (key === this.#shown) return;
    this.#shown = key;
    setHidden(this.#details, lines.length === 0);
    this.#body.replaceChildren(...lines.map(commandLine));
    // A note that goes with lines is shown with them, one without is all there is to say.
    setText(this.#note, note);
    if (lines.length > 0) this.#body.append(this.#note);
    else this.node.append(this.#note);
    setHidden(this.#note, !note);
  }
}

function commandLine({ tool, text, fields }) {
  const body = text
    ? element('p', { class: 'address' }, element('code', {}, text), copyButton(() => text, `the ${tool} line`))
    : element('dl', { class: 'facts' }, fields.map(([name, value]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, element('code', {}, value)))));
  return element('div', { class: 'command' }, element('h4', {}, tool), body);
}

/** A table whose rows are lists of texts. Rows are kept and written to. */
export class TextTable {
  #body = element('tbody', {});
  #maximum;
  #more = element('p', { class: 'more', hidden: true });

  /** @param maximum rows that are shown. */
  constructor(caption, columns, { maximum = 50, className = '' } = {}) {
    this.#maximum = maximum;
    this.#columns = columns;
    this.node = element(
      'div', { class: `table ${className}`, hidden: true },
      element('table', {}, element('caption', { class: 'visually-hidden' }, caption),
        element('thead', {}, element('tr', {}, columns.map((name) => element('th', { scope: 'col' }, name)))), this.#body),
      this.#more
    );
  }

  #columns;

  /** @param rows lists of texts; `level` of a row is its tone. */
  set(rows) {
    const shown = rows.slice(0, this.#maximum);
    setHidden(this.node, shown.length === 0);
    while (this.#body.rows.length > shown.length) this.#body.deleteRow(-1);
    shown.forEach((texts, index) => {
      const row = this.#body.rows[index] ?? this.#addRow();
      if (row.dataset.level !== (texts.level ?? '')) row.dataset.level = texts.level ?? '';
      texts.forEach((text, column) => setText(row.cells[column], text));
    });
    setHidden(this.#more, rows.length <= this.#maximum);
    setText(this.#more, `and ${rows.length - this.#maximum} more`);
  }

  #addRow() {
    const row = element('tr', {}, this.#columns.map((name) => element('td', { 'data-label': name })));
    this.#body.append(row);
    return row;
  }
}

/** Keeps one part for each key, in order; makes and removes as keys come and go. */
export class Parts {
  #parts = new Map();

  constructor(node, make) {
    this.node = node;
    this.#make = make;
  }

  #make;

  /** @param items `[key, …arguments]` of each part; the arguments go to its `update`. */
  set(items) {
    const keys = new Set(items.map(([key]) => key));
    for (const [key, part] of this.#parts) {
      if (keys.has(key)) continue;
      part.node.remove();
      this.#parts.delete(key);
    }
    items.forEach(([key, ...values], index) => {
      let part = this.#parts.get(key);
      if (!part) {
        part = this.#make(...values);
        this.#parts.set(key, part);
      }
      if (this.node.children[index] !== part.node) this.node.insertBefore(part.node, this.node.children[index] ?? null);
      part.update(...values);
    });
  }
}
