// A preview: the parts of an HLS output, one after the other, into a <video> by Media Source Extensions.

import { sleep } from './gateway.js';
import { from, mediaPlaylist, multivariantPlaylist, start } from './playlist.js';

/** Seconds. */
const furthestBehind = 4;
const kept = 30;
const stuckLimit = 8;
/** Milliseconds. The gateway holds a request for three target durations at most. */
const requestLimit = 60_000;
const firstPause = 1_000;
const longestPause = 10_000;
/** Bytes of one part; more is not taken into the page. */
const maximumPartBytes = 32 << 20;

/** Why there is nothing to see, in a sentence. */
class Unplayable extends Error {}

/** Plays until it is stopped. The state is `starting`, `playing`, `blocked` (by the browser), `waiting` or `unplayable`. */
export class Player {
  #video;
  #base;
  #gateway;
  #onState;
  #run = null;
  #url = null;

  /**
   * @param base the folder of the stream, `hls/FLOW/`.
   * @param onState called with the state and a sentence.
   */
  constructor(video, base, gateway, onState) {
    this.#video = video;
    this.#base = new URL(base, document.baseURI.split('#')[0]);
    this.#gateway = gateway;
    this.#onState = onState;
  }

  start() {
    if (this.#run) return;
    this.#run = new AbortController();
    this.#loop(this.#run.signal);
  }

  stop() {
    this.#run?.abort();
    this.#run = null;
    this.#detach();
  }

  #detach() {
    if (this.#url === null) return;
    URL.revokeObjectURL(this.#url);
    this.#url = null;
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  async #loop(signal) {
    let pause = firstPause;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        this.#onState('starting', 'Waiting for the picture');
        await this.#play(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#detach();
        if (error instanceof Unplayable) return this.#onState('unplayable', error.message);
        if (error.status === 401 || error.status === 403) return this.#onState('unplayable', error.message);
        this.#onState('waiting', error.status === 404 ? 'There is no stream to show yet' : 'The picture was interrupted; trying again');
      }
      pause = Date.now() - began > 30_000 ? firstPause : Math.min(pause * 1.5, longestPause);
      await sleep(pause, signal);
    }
  }

  async #play(signal) {
    if (typeof MediaSource === 'undefined') throw new Unplayable('This browser has no Media Source Extensions.');
    const variant = multivariantPlaylist(await this.#text('index-fmp4.m3u8', signal));
    if (!variant) throw new Error('the playlist names no codecs');
    const type = `video/mp4; codecs="${variant.codecs.replaceAll('"', '')}"`;
    if (!MediaSource.isTypeSupported(type)) throw new Unplayable(`This browser does not play ${variant.codecs}.`);

    const buffer = await this.#attach(type, signal);
    let playlist = mediaPlaylist(await this.#text(`${variant.uri}?_HLS_msn=0`, signal));
    let place = start(playlist);
    if (!place) throw new Error('the playlist has nothing to begin with');
    let map = null;
    const watch = new Watch(this.#video);
    while (!signal.aborted) {
      const found = from(playlist, place);
      // The place is past: the browser was asleep, or the network too slow.
      if (!found) throw new Error('the stream went on without us');
      for (const resource of found.resources) {
        if (resource.map !== map) {
          if (!resource.map) throw new Error('a segment without an initialization');
          await buffer.append(await this.#bytes(resource.map, signal), signal);
          map = resource.map;
        }
        await buffer.append(await this.#bytes(resource.uri, signal), signal);
        await this.#follow(buffer, signal);
      }
      place = found.next;
      if (playlist.isEnded) throw new Error('the stream ended');
      if (watch.isStuck()) throw new Error('the picture stands still');
      const query = `?_HLS_msn=${place.number}&_HLS_part=${place.part}`;
      playlist = mediaPlaylist(await this.#text(variant.uri + query, signal));
    }
  }

  async #attach(type, signal) {
    this.#detach();
    const source = new MediaSource();
    this.#url = URL.createObjectURL(source);
    const isOpen = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    this.#video.src = this.#url;
    await Promise.race([isOpen, aborted(signal)]);
    source.duration = Number.POSITIVE_INFINITY;
    return new Appender(source.addSourceBuffer(type));
  }

  /** Keeps the picture near its live edge, and forgets what is past. */
  async #follow(buffer, signal) {
    const video = this.#video;
    const ranges = video.buffered;
    if (ranges.length === 0) return;
    const last = ranges.length - 1;
    const [begin, end] = [ranges.start(last), ranges.end(last)];
    const isInside = [...Array(ranges.length).keys()].some(
      (index) => video.currentTime >= ranges.start(index) - 0.05 && video.currentTime < ranges.end(index)
    );
    if (end - video.currentTime > furthestBehind || video.currentTime > end + 0.5) {
      video.currentTime = Math.max(begin, end - 1);
    } else if (!isInside && video.currentTime < begin) {
      video.currentTime = begin + 0.01;
    }
    if (video.currentTime - ranges.start(0) > kept) await buffer.remove(ranges.start(0), video.currentTime - kept, signal);
    if (!video.paused) return this.#onState('playing', '');
    // Not waited for: it may take until the next part is there.
    video.play().catch((error) => {
      if (error.name !== 'NotAllowedError' || signal.aborted) return;
      this.#onState('blocked', 'The browser does not start the picture by itself. Press Play.');
    });
  }

  /** An address of the playlist, which must stand in the stream's own folder. */
  #resolved(uri) {
    const url = new URL(uri, this.#base);
    if (url.origin !== this.#base.origin || !url.pathname.startsWith(this.#base.pathname)) {
      throw new Error('the playlist leads elsewhere');
    }
    return url.href;
  }

  #request(uri, signal) {
    return this.#gateway.request(this.#resolved(uri), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestLimit)]),
    });
  }

  async #text(uri, signal) {
    return (await this.#request(uri, signal)).text();
  }

  async #bytes(uri, signal) {
    const response = await this.#request(uri, signal);
    if (Number(response.headers.get('Content-Length') ?? 0) > maximumPartBytes) throw new Error('a part is too large');
    return response.arrayBuffer();
  }
}

/** One source buffer, one operation at a time. */
class Appender {
  #buffer;

  constructor(buffer) {
    this.#buffer = buffer;
  }

  async append(bytes, signal) {
    try {
      await this.#run(signal, () => this.#buffer.appendBuffer(bytes));
    } catch (error) {
      if (error.name !== 'QuotaExceededError' || this.#buffer.buffered.length === 0) throw error;
      const end = this.#buffer.buffered.end(this.#buffer.buffered.length - 1);
      await this.remove(0, Math.max(0.1, end - 5), signal);
      await this.#run(signal, () => this.#buffer.appendBuffer(bytes));
    }
  }

  remove(from, to, signal) {
    return to > from ? this.#run(signal, () => this.#buffer.remove(from, to)) : Promise.resolve();
  }

  /** Runs one operation to its end. Leaves no listener behind, however long the stream goes on. */
  #run(signal, operation) {
    return new Promise((resolve, reject) => {
      const done = new AbortController();
      const settle = (action, value) => {
        done.abort();
        action(value);
      };
      const listen = (target, event, listener) => target.addEventListener(event, listener, { signal: done.signal });
      listen(this.#buffer, 'updateend', () => settle(resolve));
      listen(this.#buffer, 'error', () => settle(reject, new Error('the browser cannot decode the stream')));
      listen(signal, 'abort', () => settle(reject, signal.reason));
      try {
        signal.throwIfAborted();
        operation();
      } catch (error) {
        settle(reject, error);
      }
    });
  }
}

/** Whether the picture has stood still although there is something to show. */
class Watch {
  #video;
  #time = -1;
  #since = performance.now();

  constructor(video) {
    this.#video = video;
  }

  isStuck() {
    const { currentTime, paused } = this.#video;
    if (paused || document.hidden || currentTime !== this.#time) {
      this.#time = currentTime;
      this.#since = performance.now();
    }
    return performance.now() - this.#since > stuckLimit * 1000;
  }
}

function aborted(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
