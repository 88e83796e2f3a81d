// The page: where one is, the connection to the gateway, and what shows its state.

import { element, setAttribute, setHidden, setText } from './dom.js';
import { FlowList } from './flow-list.js';
import { FlowView } from './flow-view.js';
import { moment } from './format.js';
import { Feed, Gateway } from './gateway.js';

const main = document.getElementById('main');
const banner = document.getElementById('lost');
const connection = document.getElementById('connection');
const connectionText = document.getElementById('connection-text');
const gatewayText = document.getElementById('gateway');
const tokenDialog = document.getElementById('token');
const tokenInput = document.getElementById('token-value');
const tokenError = document.getElementById('token-error');

const stateNames = { connecting: 'Connecting', live: 'Live', polling: 'Live, by polling', lost: 'Lost', paused: 'Paused', token: 'Token needed' };
/** Measurements that the browser keeps for us; older ones are dropped. */
const keptMeasurements = 200;

const gateway = new Gateway();
const feed = new Feed(gateway, received, stateChanged);
let list = null;
let view = null;
let current = null;
let listScroll = 0;
let lastHeard = null;
let connectionState = 'connecting';
let measurements = 0;
let isPainted = false;

// Where one is

function route() {
  const match = /^#\/flows\/([^/]+)$/.exec(location.hash);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null;
  }
}

function go({ isFirst = false } = {}) {
  if (current === list && list !== null) listScroll = scrollY;
  const flow = route();
  view?.stop();
  view = null;
  if (flow === null) {
    list ??= new FlowList();
    current = list;
    document.title = 'Flows – Headgate';
  } else {
    view = new FlowView(flow, gateway);
    current = view;
    document.title = `${flow} – Headgate`;
  }
  main.replaceChildren(current.node);
  scrollTo(0, flow === null ? listScroll : 0);
  if (!isFirst) current.heading.focus({ preventScroll: true });
  feed.follow(flow);
}

// What comes

function received(type, document) {
  lastHeard = Date.now();
  const begin = performance.now();
  if (document.gateway) showGateway(document.gateway);
  if (current === list && (type === 'list' || type === 'changes')) {
    list.take(type, document);
    if (type === 'list') fetchBitrates();
    if (!isPainted) requestAnimationFrame(() => setTimeout(() => performance.mark('headgate:painted')));
    isPainted = true;
  } else if (current === view && (type === 'flow' || type === 'absent')) {
    view.take(type, document);
  }
  measure(type, begin);
}

function measure(type, begin) {
  measurements += 1;
  if (measurements % keptMeasurements === 0) performance.clearMeasures();
  performance.measure(`headgate:${type}`, { start: begin, end: performance.now() });
}

async function fetchBitrates() {
  try {
    const history = await gateway.json('api/v1/history');
    list?.takeHistory(history);
  } catch {
    // The small charts then begin now.
  }
}

function showGateway(head) {
  const parts = [`version ${head.version}`, `since ${moment(head.startTime)}`];
  if (head.filesWithProblems > 0) parts.push(`${head.filesWithProblems} ${head.filesWithProblems === 1 ? 'file' : 'files'} with problems`);
  if (!head.ready) parts.push('starting up');
  if (head.pendingPruneTime) parts.push(`all files are gone: flows are deleted at ${moment(head.pendingPruneTime)}`);
  setText(gatewayText, parts.join(' · '));
}

// The connection

let lostTimer = null;

function stateChanged(state, { retryAt } = {}) {
  // Going from one page to another is no news.
  if (state === 'connecting' && (connectionState === 'live' || connectionState === 'lost')) return;
  connectionState = state;
  setAttribute(connection, 'data-state', state);
  setText(connectionText, stateNames[state]);
  document.body.classList.toggle('is-stale', state === 'lost' || state === 'token');
  clearInterval(lostTimer);
  if (state === 'lost') {
    showLost(retryAt);
  } else {
    setHidden(banner, true);
  }
  if (state === 'token') askForToken();
  else if (tokenDialog.open) tokenDialog.close();
}

function showLost(retryAt) {
  const since = lastHeard ? `What is shown is as of ${moment(lastHeard / 1000)}.` : '';
  if (banner.hidden) {
    // The countdown is for eyes only: a screen reader hears of the loss once.
    banner.replaceChildren(
      element('p', {}, element('b', {}, 'The gateway does not answer. '), since, ' ', element('span', { class: 'countdown', 'aria-hidden': 'true' })),
      element('button', { type: 'button', onclick: () => feed.retry() }, 'Try now')
    );
    banner.hidden = false;
  }
  const write = () => {
    const left = Math.ceil((retryAt - Date.now()) / 1000);
    setText(banner.querySelector('.countdown'), left > 0 ? `Trying again in ${left} s.` : 'Trying again …');
  };
  write();
  lostTimer = setInterval(write, 500);
}

// The token

function askForToken() {
  setText(tokenError, gateway.token ? 'That token is not the gateway’s.' : '');
  gateway.token = null;
  tokenInput.value = '';
  if (!tokenDialog.open) tokenDialog.showModal();
}

tokenDialog.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  gateway.token = tokenInput.value.trim();
  tokenInput.value = '';
  feed.retry();
});
// Nothing is to be seen without it.
tokenDialog.addEventListener('cancel', (event) => event.preventDefault());

// The fragment says where one is, so the link must not set another one.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => go());
go({ isFirst: true });
