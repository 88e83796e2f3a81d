// The inputs with their legs, and the outputs with their receivers.

import { playing, publishing, reachable } from './commands.js';
import { element, setAttribute, setHidden, setText } from './dom.js';
import { bitrate, bytes, count, duration, milliseconds } from './format.js';
import { Address, Commands, Facts, Parts, TextTable } from './parts.js';

const counterNames = [
  ['packetsLost', 'lost'], ['packetsRetransmitted', 'retransmitted'], ['packetsRecovered', 'recovered'],
  ['packetsDropped', 'dropped'], ['packetsDuplicated', 'duplicated'], ['packetsReordered', 'out of order'],
  ['packetsRefused', 'refused'],
];

/** `1,204 (1.5 MB), 3 lost` */
function counters(values) {
  if (!(values.packets > 0 || values.bytes > 0 || values.packetsRefused > 0)) return null;
  const others = counterNames.filter(([key]) => values[key] > 0).map(([key, name]) => `, ${count(values[key])} ${name}`);
  return `${count(values.packets)} (${bytes(values.bytes)})${others.join('')}`;
}

function badge() {
  return element('span', { class: 'badge' });
}

function writeBadge(node, state) {
  setText(node, state);
  setAttribute(node, 'data-state', state);
}

/** One input: its legs side by side. */
export class InputCard {
  #title = element('h3', {});
  #kind = element('span', { class: 'kind' });
  #legs;

  constructor() {
    const grid = element('div', { class: 'legs' });
    this.#legs = new Parts(grid, (...values) => new LegCard(...values));
    this.node = element('article', { class: 'card' }, element('header', {}, this.#title, this.#kind), grid);
  }

  /** @param context `{keys, why}`: stream keys by component, and why the active leg is. */
  update(input, context) {
    setText(this.#title, input.name);
    setText(this.#kind, [input.protocol, input.mode, input.keyLength ? `AES-${input.keyLength * 8}` : null, input.enabled ? null : 'disabled'].filter(Boolean).join(', '));
    this.#legs.set(input.legs.map((leg) => [leg.name, input, leg, context]));
  }
}

class LegCard {
  #name = element('h4', {});
  #badge = badge();
  #active = element('span', { class: 'badge', 'data-state': 'Active' }, 'Feeds the outputs');
  #why = element('p', { class: 'why' });
  #address;
  #facts = new Facts(['Peer', 'Connected for', 'Bitrate', 'Round trip', 'Packets', 'Reconnects', 'Stream faults', 'Merge']);
  #streams = new TextTable('Streams', ['PID', 'Codec', 'Bitrate', 'Clock']);
  #commands = new Commands('How to send here');
  #error = element('p', { class: 'error', hidden: true });

  constructor(input, leg) {
    this.#address = new Address(`the address of ${input.name}, ${leg.name}`);
    this.node = element(
      'section', { class: 'leg', 'aria-label': `Leg ${leg.name} of ${input.name}` },
      element('header', {}, this.#name, this.#badge, this.#active), this.#why, this.#error,
      this.#address.node, element('div', { class: 'columns' }, this.#facts.node, this.#streams.node), this.#commands.node
    );
  }

  update(input, leg, { keys, why }) {
    setText(this.#name, leg.name);
    writeBadge(this.#badge, leg.state);
    setHidden(this.#active, !leg.active);
    this.node.classList.toggle('is-active', leg.active);
    setHidden(this.#why, !(leg.active && why));
    setText(this.#why, leg.active ? why : '');
    const key = keys?.get(`${input.name}/${leg.name}`) ?? null;
    this.#address.set(reachable(key ?? leg.address));
    this.#facts.set({
      Peer: leg.remote,
      'Connected for': leg.uptime === undefined ? null : duration(leg.uptime),
      Bitrate: leg.bitrate > 0 ? bitrate(leg.bitrate) : null,
      'Round trip': leg.roundTripTimeMilliseconds === undefined ? null : milliseconds(leg.roundTripTimeMilliseconds),
      Packets: counters(leg.counters),
      Reconnects: leg.counters.reconnects > 0 ? count(leg.counters.reconnects) : null,
      'Stream faults': leg.transportStream ? faults(leg.transportStream) : null,
      Merge: leg.merge ? merge(leg.merge) : null,
    });
    this.#streams.set(streams(leg.transportStream));
    this.#commands.set(input.enabled ? publishing(input, leg, key) : { lines: [], note: null });
    setHidden(this.#error, !leg.lastError);
    setText(this.#error, leg.lastError);
  }
}

function streams(transport) {
  return (transport?.streams ?? []).map((stream) => [
    String(stream.pid), stream.codec, bitrate(stream.bitrate), stream.pid === transport.pcrPID ? 'PCR' : '',
  ]);
}

function faults(transport) {
  const found = [
    [transport.continuityErrors, 'continuity errors'], [transport.syncLosses, 'sync losses'],
    [transport.transportErrors, 'transport errors'], [transport.crcErrors, 'checksum errors'],
  ].filter(([number]) => number > 0);
  return found.map(([number, name]) => `${count(number)} ${name}`).join(', ') || null;
}

function merge(values) {
  const skew = values.skewMilliseconds === undefined ? '' : `, ${decimalSkew(values.skewMilliseconds)}`;
  return `${count(values.packetsUsed)} came here first, ${count(values.packetsMissing)} only on the other leg, ${count(values.packetsLate)} too late${skew}`;
}

function decimalSkew(value) {
  return value < 0 ? `${milliseconds(-value)} ahead` : `${milliseconds(value)} behind`;
}

/** One output with its receivers. */
export class OutputCard {
  #title = element('h3', {});
  #kind = element('span', { class: 'kind' });
  #badge = badge();
  #address;
  #facts = new Facts(['Bitrate', 'Packets', 'Reconnects']);
  #peers = new TextTable('Receivers', ['Receiver', 'For', 'Bitrate', 'Round trip', 'Lost', 'Sent again', 'Dropped']);
  #commands = new Commands('How to play it');
  #error = element('p', { class: 'error', hidden: true });

  constructor(output) {
    this.#address = new Address(`the address of ${output.name}`);
    this.node = element('article', { class: 'card' },
      element('header', {}, this.#title, this.#kind, this.#badge), this.#error, this.#address.node, this.#facts.node, this.#peers.node, this.#commands.node);
  }

  update(output, flow, keys) {
    setText(this.#title, output.name);
    setText(this.#kind, [output.protocol, output.mode, output.keyLength ? `AES-${output.keyLength * 8}` : null, output.enabled ? null : 'disabled'].filter(Boolean).join(', '));
    writeBadge(this.#badge, output.state);
    const key = keys?.get(output.name) ?? null;
    this.#address.set(reachable(key ?? output.address));
    this.#facts.set({
      Bitrate: output.bitrate > 0 ? bitrate(output.bitrate) : null,
      Packets: counters(output.counters),
      Reconnects: output.counters.reconnects > 0 ? count(output.counters.reconnects) : null,
    });
    this.#peers.set(output.peers.map((peer) => [
      peer.remote, duration(peer.uptime), bitrate(peer.bitrate),
      peer.roundTripTimeMilliseconds === undefined ? '–' : milliseconds(peer.roundTripTimeMilliseconds),
      count(peer.counters.packetsLost), count(peer.counters.packetsRetransmitted), count(peer.counters.packetsDropped),
    ]));
    this.#commands.set(output.enabled ? playing(flow, output, key) : { lines: [], note: null });
    setHidden(this.#error, !output.lastError);
    setText(this.#error, output.lastError);
  }
}
