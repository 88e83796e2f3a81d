// Talking to the gateway: requests with the token, and the stream of changes, which comes back by itself.

const tokenKey = 'headgate-token';
/** Milliseconds. The gateway says something every three seconds. */
const silenceLimit = 10_000;
const firstFrameLimit = 5_000;
const pollInterval = 2_000;
/** How long polling goes on before the stream is tried again. */
const pollingTime = 60_000;
const firstPause = 500;
const longestPause = 5_000;
/** A page that nobody sees lets go of the gateway after this. */
const hiddenTime = 10_000;
/** Characters of one event; more is no answer of this gateway. */
const maximumEventLength = 64 << 20;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Requests. Paths are relative, so that the page may stand under any prefix of a proxy. */
export class Gateway {
  get token() {
    return sessionStorage.getItem(tokenKey);
  }

  set token(value) {
    if (value) sessionStorage.setItem(tokenKey, value);
    else sessionStorage.removeItem(tokenKey);
  }

  async request(path, { headers = {}, signal } = {}) {
    const token = this.token;
    const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
    const response = await fetch(path, { headers: all, signal, cache: 'no-store', redirect: 'error', credentials: 'omit' });
    if (!response.ok) throw new Refused(response.status, await reason(response));
    return response;
  }

  async json(path, options = {}) {
    const headers = { Accept: 'application/json', ...options.headers };
    return (await this.request(path, { ...options, headers })).json();
  }
}

async function reason(response) {
  try {
    return String((await response.json()).error ?? response.status);
  } catch {
    return `the gateway answered ${response.status}`;
  }
}

/**
 * Follows one topic of the gateway: the list, or a flow. What comes is handed on as (type, document); the state is
 * `connecting`, `live`, `polling`, `lost`, `paused`, or `token` when the gateway asks for one.
 */
export class Feed {
  #gateway;
  #onEvent;
  #onState;
  #run = null;
  #flow = null;
  #hiddenTimer = null;
  #wake = () => {};

  constructor(gateway, onEvent, onState) {
    this.#gateway = gateway;
    this.#onEvent = onEvent;
    this.#onState = onState;
    document.addEventListener('visibilitychange', () => this.#visibilityChanged());
    addEventListener('online', () => this.#wake());
  }

  /** Begins, or goes over to another topic. Null is the list. */
  follow(flow) {
    this.#flow = flow;
    this.#start();
  }

  /** Tries again now. */
  retry() {
    this.#start();
  }

  #start() {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.#loop(run.signal, this.#flow);
  }

  #visibilityChanged() {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => {
        this.#run?.abort();
        this.#run = null;
        this.#onState('paused');
      }, hiddenTime);
    } else if (this.#run === null) {
      this.#start();
    }
  }

  async #loop(signal, flow) {
    const path = flow === null ? 'api/v1/stream' : `api/v1/stream?flow=${encodeURIComponent(flow)}`;
    let pause = firstPause;
    let isLost = false;
    if (!signal.aborted) this.#onState('connecting');
    while (!signal.aborted) {
      let hadFrame = false;
      const heard = () => {
        hadFrame = true;
        isLost = false;
        pause = firstPause;
      };
      try {
        await this.#stream(path, signal, heard);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.status === 401) return this.#onState('token');
        if (!isLost && !hadFrame && streamIsUnwelcome(error)) {
          try {
            await this.#poll(path, flow, signal);
            continue;
          } catch (failure) {
            if (signal.aborted) return;
            if (failure instanceof Refused && failure.status === 401) return this.#onState('token');
          }
        }
      }
      if (signal.aborted) return;
      isLost = true;
      this.#onState('lost', { retryAt: Date.now() + pause });
      await this.#rest(pause, signal);
      pause = Math.min(pause * 1.6 + Math.random() * 200, longestPause);
    }
  }

  async #stream(path, signal, heard) {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener('abort', end);
    let isSilent = false;
    let timer;
    const expect = (limit) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isSilent = true;
        attempt.abort();
      }, limit);
    };
    let hadFrame = false;
    expect(firstFrameLimit);
    try {
      const response = await this.#gateway.request(path, {
        headers: { Accept: 'text/event-stream' },
        signal: attempt.signal,
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = new EventParser();
      while (true) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the gateway ended the stream');
        // A whole event counts as the first sign: a proxy may hold the rest of one back.
        if (hadFrame) expect(silenceLimit);
        for (const { type, data } of events.take(value)) {
          hadFrame = true;
          expect(silenceLimit);
          heard();
          this.#onState('live');
          this.#onEvent(type, JSON.parse(data));
        }
      }
    } catch (error) {
      throw isSilent ? new SilentStream(hadFrame) : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      attempt.abort();
    }
  }

  /** Asks again and again, where the stream does not come through. Returns when the stream is to be tried again. */
  async #poll(path, flow, signal) {
    const until = Date.now() + pollingTime;
    while (!signal.aborted && Date.now() < until) {
      const request = AbortSignal.any([signal, AbortSignal.timeout(silenceLimit)]);
      try {
        const document = await this.#gateway.json(path, { signal: request });
        this.#onState('polling');
        this.#onEvent(flow === null ? 'list' : 'flow', document);
      } catch (error) {
        if (!(error instanceof Refused && error.status === 404 && flow !== null)) throw error;
        this.#onState('polling');
        this.#onEvent('absent', {});
      }
      await this.#rest(pollInterval, signal);
    }
  }

  /** Sleeps, unless the network comes back. */
  #rest(time, signal) {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    return sleep(time, AbortSignal.any([signal, woken.signal]));
  }
}

/** Returns after the time in milliseconds, or when the signal says so. */
export function sleep(time, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, time);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

class SilentStream extends Error {
  constructor(hadFrame) {
    super('the gateway says nothing');
    this.hadFrame = hadFrame;
  }
}

/** Too many follow already, or something on the way holds the stream back. */
function streamIsUnwelcome(error) {
  return (error instanceof Refused && error.status === 503) || (error instanceof SilentStream && !error.hadFrame);
}

/** Server-sent events out of pieces of text, as the gateway writes them: LF, one line of data. */
class EventParser {
  #rest = '';

  take(text) {
    this.#rest += text;
    if (this.#rest.length > maximumEventLength) throw new Error('an event is too long');
    const blocks = this.#rest.split('\n\n');
    this.#rest = blocks.pop();
    const events = [];
    for (const block of blocks) {
      let type = 'message';
      let data = '';
      for (const line of block.split('\n')) {
        if (line.startsWith('event: ')) type = line.slice(7);
        else if (line.startsWith('data: ')) data += line.slice(6);
      }
      if (data !== '') events.push({ type, data });
    }
    return events;
  }
}
