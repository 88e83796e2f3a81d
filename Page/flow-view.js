// Everything about one flow.

import { LineChart } from './chart.js';
import { element, setAttribute, setHidden, setText } from './dom.js';
import { InputCard, OutputCard } from './endpoints.js';
import { writeMeter } from './flow-list.js';
import { bitrate, count, milliseconds, moment, percent, perSecond } from './format.js';
import { Facts, Parts, TextTable } from './parts.js';
import { Player } from './player.js';
import { ProblemList } from './problems.js';
import { stateName } from './states.js';

const historyInterval = 5000;
const historyCapacity = 180;
const maximumEvents = 200;

export class FlowView {
  #name;
  #gateway;
  #state = element('span', { class: 'badge' });
  #description = element('p', { class: 'description', hidden: true });
  #absent = element('p', { class: 'empty', hidden: true });
  #content = element('div', { class: 'flow-content', hidden: true });
  #problems = new ProblemList('Problems of the file');
  #rate = element('b', {});
  #cap = element('span', { class: 'minor' });
  #meter = element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', {}));
  #facts = new Facts(['Active leg', 'Takeovers', 'Over the cap', 'File', 'On disk', 'Running', 'Generation']);
  #conditions = element('ul', { class: 'conditions' });
  #shownConditions = '';
  #inputs = new Parts(element('div', { class: 'cards' }), () => new InputCard());
  #outputs = new Parts(element('div', { class: 'cards' }), (output) => new OutputCard(output));
  #noOutputs = element('p', { class: 'empty', hidden: true }, 'This flow has no outputs.');
  #eventTable = new TextTable('Events', ['Time', 'Event', 'Where', 'Peer', 'What happened'], { maximum: maximumEvents, className: 'events' });
  #noEvents = element('p', { class: 'empty' }, 'Nothing has happened yet.');
  #charts;
  #preview;
  #keys = null;
  #keyButton;
  #keyError = element('p', { class: 'error', role: 'alert', hidden: true });
  #document = null;
  #events = [];
  #lastEventID = 0;
  #startTime = null;
  #isFetchingEvents = false;
  #stopped = new AbortController();
  #timer;

  constructor(name, gateway) {
    this.#name = name;
    this.#gateway = gateway;
    this.#charts = makeCharts();
    this.#preview = new Preview(name, gateway);
    this.#keyButton = element('button', { type: 'button', hidden: true, onclick: () => this.#toggleKeys() }, 'Show stream keys');
    this.heading = element('h1', { tabindex: '-1' }, name);
    this.#content.append(
      this.#problems.node,
      element('div', { class: 'overview' },
        element('section', { class: 'now', 'aria-labelledby': 'now-title' },
          element('h2', { id: 'now-title' }, 'Now'),
          element('p', { class: 'rate' }, this.#rate, this.#cap, this.#meter), this.#facts.node, this.#conditions),
        this.#preview.node),
      section('Inputs', this.#inputs.node, element('div', { class: 'section-tools' }, this.#keyButton, this.#keyError)),
      section('Outputs', this.#outputs.node, this.#noOutputs),
      section('Last 15 minutes', element('div', { class: 'charts' }, this.#charts.map((chart) => chart.node))),
      section('Events', this.#eventTable.node, this.#noEvents)
    );
    this.node = element('div', { class: 'flow-page' },
      element('nav', { 'aria-label': 'Back' }, element('a', { href: '#/' }, '← All flows')),
      element('div', { class: 'title' }, this.heading, this.#state), this.#description, this.#absent, this.#content);
    this.#timer = setInterval(() => this.#fetchHistory(), historyInterval);
  }

  stop() {
    clearInterval(this.#timer);
    this.#stopped.abort();
    this.#preview.stop();
    this.#hideKeys();
  }

  take(type, document) {
    setHidden(this.#absent, type !== 'absent');
    setHidden(this.#content, type === 'absent');
    if (type === 'absent') {
      setText(this.#absent, `There is no flow ${this.#name}. When a file makes one, it appears here.`);
      setHidden(this.#state, true);
      this.#preview.update([]);
      this.#document = null;
      return;
    }
    if (this.#startTime !== document.gateway.startTime) {
      // Another start of the gateway: its events are counted anew.
      this.#startTime = document.gateway.startTime;
      this.#lastEventID = 0;
      this.#events = [];
    }
    const isFirst = this.#document === null;
    this.#document = document;
    this.#write();
    if (isFirst) this.#fetchHistory();
    if (document.lastEventID > this.#lastEventID) this.#fetchEvents();
  }

  #write() {
    const { row, flow, file } = this.#document;
    setHidden(this.#state, false);
    setText(this.#state, stateName(row.state));
    setAttribute(this.#state, 'data-state', row.state);
    setHidden(this.#description, !flow.description);
    setText(this.#description, flow.description);
    this.#problems.update(file && file.problems.length > 0 ? [file] : []);
    setText(this.#rate, bitrate(flow.bitrate));
    setText(this.#cap, `of ${bitrate(flow.maxBandwidth)}`);
    writeMeter(this.#meter, flow.bitrate, flow.maxBandwidth);
    this.#facts.set({
      'Active leg': flow.activeLeg ?? 'none',
      Takeovers: flow.switches > 0 ? count(flow.switches) : null,
      'Over the cap': flow.packetsOverBandwidth > 0 ? `${count(flow.packetsOverBandwidth)} packets dropped` : null,
      File: flow.file,
      'On disk': hash(flow.diskHash),
      Running: flow.runningHash === flow.diskHash ? `${hash(flow.runningHash)}, the same` : hash(flow.runningHash),
      Generation: flow.generation === flow.observedGeneration ? String(flow.generation) : `${flow.generation}, running ${flow.observedGeneration}`,
    });
    this.#content.classList.toggle('is-behind', flow.diskHash !== flow.runningHash);
    this.#writeConditions(flow.conditions);
    const context = { keys: this.#keys, why: this.#why() };
    this.#inputs.set(flow.inputs.map((input) => [input.name, input, context]));
    this.#outputs.set(flow.outputs.map((output) => [output.name, output, flow.name, this.#keys]));
    setHidden(this.#noOutputs, flow.outputs.length > 0);
    const hasKeys = [...flow.inputs, ...flow.outputs].some((one) => one.protocol === 'rtmp');
    setHidden(this.#keyButton, !hasKeys);
    this.#preview.update(flow.suspended ? [] : flow.outputs);
  }

  #writeConditions(conditions) {
    const key = JSON.stringify(conditions);
    if (key === this.#shownConditions) return;
    this.#shownConditions = key;
    this.#conditions.replaceChildren(...conditions.map((condition) => {
      const isGood = condition.type === 'Ready' && condition.status === 'True';
      const level = isGood ? 'good' : condition.type === 'Stalled' || condition.status === 'False' ? 'bad' : 'warn';
      return element('li', {},
        element('span', { class: 'chip', 'data-level': level }, `${condition.type}: ${condition.status}`), ' ',
        element('b', {}, condition.reason), condition.message ? `: ${condition.message}` : '',
        element('span', { class: 'since' }, ` since ${moment(condition.lastTransitionTime)}`));
    }));
  }

  /** What made the active leg the active one. */
  #why() {
    const event = this.#events.find((one) => one.reason === 'Switched');
    return event ? `${event.message} (${moment(event.time)})` : null;
  }

  // Stream keys

  async #toggleKeys() {
    if (this.#keys) {
      this.#hideKeys();
      if (this.#document) this.#write();
      return;
    }
    setHidden(this.#keyError, true);
    try {
      const { addresses } = await this.#gateway.json('api/v1/addresses', { signal: this.#stopped.signal });
      this.#keys = new Map(addresses.filter((one) => one.flow === this.#name).map((one) => [one.component, one.address]));
      setText(this.#keyButton, 'Hide stream keys');
      if (this.#document) this.#write();
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      setText(this.#keyError, error.status ? `${error.message}.` : 'The gateway does not answer.');
      setHidden(this.#keyError, false);
    }
  }

  #hideKeys() {
    this.#keys = null;
    setText(this.#keyButton, 'Show stream keys');
  }

  // Charts and events

  async #fetchHistory() {
    if (document.hidden || this.#document === null) return;
    try {
      const history = await this.#gateway.json(`api/v1/flows/${encodeURIComponent(this.#name)}/history`, { signal: this.#stopped.signal });
      for (const chart of this.#charts) chart.draw(history, chart.hasCap ? this.#document?.flow.maxBandwidth : null);
    } catch {
      // The feed tells when the gateway is gone; the charts go on with the next answer.
    }
  }

  async #fetchEvents() {
    if (this.#isFetchingEvents) return;
    this.#isFetchingEvents = true;
    const startTime = this.#startTime;
    try {
      const { events } = await this.#gateway.json(`api/v1/events?flow=${encodeURIComponent(this.#name)}`, {
        headers: { 'Last-Event-ID': String(this.#lastEventID) }, signal: this.#stopped.signal,
      });
      if (startTime !== this.#startTime) return;
      this.#events = [...events.toReversed(), ...this.#events].slice(0, maximumEvents);
      this.#lastEventID = Math.max(this.#lastEventID, this.#document?.lastEventID ?? 0, ...events.map((one) => one.id));
      this.#writeEvents();
    } catch {
      // As above: the next document asks again.
    } finally {
      this.#isFetchingEvents = false;
    }
  }

  #writeEvents() {
    setHidden(this.#noEvents, this.#events.length > 0);
    this.#eventTable.set(this.#events.map((event) => Object.assign(
      [moment(event.time), event.reason, event.component ?? '', event.remote ?? '', event.message],
      { level: event.severity }
    )));
    if (this.#document) this.#write();
  }
}

function section(title, ...children) {
  const id = `section-${title.toLowerCase().replaceAll(' ', '-')}`;
  return element('section', { 'aria-labelledby': id }, element('h2', { id }, title), children);
}

function hash(text) {
  return text ? text.slice(0, 12) : 'none';
}

function makeCharts() {
  const both = (key) => [{ name: 'in', key: `${key}In` }, { name: 'out', key: `${key}Out` }];
  const capacity = historyCapacity;
  const rate = new LineChart({ title: 'Bitrate', series: [{ name: '', key: 'bitrate' }], format: bitrate, capacity, nothing: 'Nothing has come yet' });
  rate.hasCap = true;
  return [
    rate,
    new LineChart({ title: 'Round trip', series: both('roundTrip'), format: milliseconds, capacity, nothing: 'No peer measures it: SRT does' }),
    new LineChart({ title: 'Packets lost', series: both('loss'), format: percent, capacity, nothing: 'Nothing has come yet' }),
    new LineChart({ title: 'Packets sent again', series: both('retransmitted'), format: perSecond, capacity, nothing: 'Nothing has come yet' }),
  ];
}

/** The live picture of a flow with an `hls` output, or why there is none. */
class Preview {
  #video = element('video', { muted: true, playsinline: true, 'aria-label': 'Live picture of the flow', tabindex: '-1' });
  #message = element('p', { class: 'preview-message' });
  #stopButton = element('button', { type: 'button', onclick: () => this.#toggle() }, 'Stop');
  #soundButton = element('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#toggleSound() }, 'Sound');
  #tools = element('p', { class: 'preview-tools', hidden: true }, this.#stopButton, this.#soundButton);
  #player;
  #isRunning = false;
  #isWanted = true;

  constructor(flow, gateway) {
    this.#video.muted = true;
    this.#player = new Player(this.#video, `hls/${encodeURIComponent(flow)}/`, gateway, (state, text) => this.#show(state, text));
    this.node = element('section', { class: 'preview', 'aria-labelledby': 'preview-title' },
      element('h2', { id: 'preview-title' }, 'Preview'), element('div', { class: 'screen' }, this.#video, this.#message), this.#tools);
  }

  update(outputs) {
    const hasStream = outputs.some((output) => output.protocol === 'hls' && output.enabled);
    setHidden(this.#tools, !hasStream);
    if (!hasStream) {
      this.#halt();
      this.#show('none', 'The picture is shown here when the flow has an output with protocol: hls.');
    } else if (this.#isWanted && !this.#isRunning) {
      this.#isRunning = true;
      this.#player.start();
    }
  }

  stop() {
    this.#halt();
  }

  #halt() {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#player.stop();
  }

  #toggle() {
    this.#isWanted = !this.#isRunning;
    if (this.#isRunning) {
      this.#halt();
      this.#show('stopped', 'Stopped');
    } else {
      this.#isRunning = true;
      this.#player.start();
    }
  }

  #toggleSound() {
    this.#video.muted = !this.#video.muted;
    setAttribute(this.#soundButton, 'aria-pressed', String(!this.#video.muted));
  }

  #show(state, text) {
    setAttribute(this.node, 'data-state', state);
    setText(this.#message, text);
    setText(this.#stopButton, this.#isRunning ? 'Stop' : 'Play');
  }
}
