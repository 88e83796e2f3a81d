// Ready command lines: how to send to an input, and how to play an output.

/** What stands in a line where the reader has to put something. */
const stream = 'INPUT.ts';
const passphrase = 'PASSPHRASE';
const streamKey = 'STREAM-KEY';

/**
 * The address with a name that a client can use: 0.0.0.0 stands for any address of the gateway's machine, so the name by
 * which this page was reached takes its place.
 */
export function reachable(address) {
  const host = location.hostname.includes(':') ? `[${location.hostname.replace(/^\[|\]$/g, '')}]` : location.hostname;
  return address.replace(/^([a-z-]+:\/\/)(0\.0\.0\.0|\[::\])(?=[:/]|$)/, `$1${host}`);
}

/** In single quotes for a shell, unless it needs none. */
function quoted(text) {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function withQuery(address, parameters) {
  const query = parameters.filter(Boolean).join('&');
  if (query === '') return address;
  return address + (address.includes('?') ? '&' : '?') + query;
}

function srtURL(address, keyLength, extra = []) {
  return withQuery(address, [...extra, keyLength ? `passphrase=${passphrase}&pbkeylen=${keyLength}` : null]);
}

/** `srt://:PORT`: where a peer that is called listens. */
function listeningURL(address, keyLength) {
  const port = /^srt:\/\/(?:\[[^\]]*\]|[^:/?]*):(\d+)/.exec(address)?.[1] ?? 'PORT';
  return srtURL(`srt://:${port}`, keyLength, ['mode=listener']);
}

const notes = {
  passphrase: (keyLength) => `${passphrase} is the key in the flow file; it has ${keyLength * 8} bits (${keyLength} bytes).`,
  called: 'The gateway calls this address: the other side has to listen there.',
};

/**
 * How to send to a leg of an input.
 *
 * @param key the address with its stream key, when the reader asked for it.
 * @returns `{lines: [{tool, text | fields}], note}`.
 */
export function publishing(input, leg, key) {
  const address = reachable(leg.address);
  if (!address) return { lines: [], note: null };
  switch (input.protocol) {
    case 'srt': return input.mode === 'caller' ? calledSRT(address, input.keyLength) : srt(address, input.keyLength);
    case 'rtmp': return rtmp(address, key);
    case 'rtp': return datagrams(address);
    case 'rtsp': return { lines: [{ tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f rtsp -rtsp_transport tcp ${quoted(address)}` }], note: null };
    case 'file': return { lines: [], note: 'Played from a file on the gateway’s machine.' };
    default: return { lines: [], note: 'The gateway fetches this stream itself.' };
  }
}

function srt(address, keyLength) {
  const url = srtURL(address, keyLength);
  return {
    lines: [
      { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(url)}` },
      { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', url], ['Stream key', '(leave empty)']] },
      { tool: 'srt-live-transmit', text: `srt-live-transmit udp://:1234 ${quoted(url)}` },
    ],
    note: keyLength ? notes.passphrase(keyLength) : null,
  };
}

function calledSRT(address, keyLength) {
  const url = listeningURL(address, keyLength);
  return {
    lines: [
      { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(url)}` },
      { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', url], ['Stream key', '(leave empty)']] },
      { tool: 'srt-live-transmit', text: `srt-live-transmit udp://:1234 ${quoted(url)}` },
    ],
    note: [notes.called, keyLength ? notes.passphrase(keyLength) : null].filter(Boolean).join(' '),
  };
}

/** The gateway writes `***` where the stream key belongs. */
function withoutKey(address) {
  return address.replace(/\/\*+$/, '');
}

function rtmp(shown, key) {
  const address = withoutKey(shown);
  const url = key ? reachable(key) : `${address}/${streamKey}`;
  return {
    lines: [
      { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -bsf:a aac_adtstoasc -f flv ${quoted(url)}` },
      { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', address], ['Stream key', key ? url.slice(address.length + 1) : streamKey]] },
    ],
    note: key ? null : `${streamKey} stays hidden until you ask for it.`,
  };
}

function datagrams(address) {
  const place = address.replace(/^[a-z]+:\/\//, '');
  return {
    lines: [
      { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f rtp_mpegts ${quoted(`rtp://${place}`)}` },
      { tool: 'ffmpeg, without RTP', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(`udp://${place}?pkt_size=1316`)}` },
      { tool: 'OBS', fields: [['Output', 'Custom Output (FFmpeg)'], ['File path or URL', `udp://${place}?pkt_size=1316`], ['Container', 'mpegts']] },
      { tool: 'srt-live-transmit', text: `srt-live-transmit 'srt://SOURCE:PORT' ${quoted(`udp://${place}`)}` },
    ],
    note: 'RTP and plain UDP are told apart by themselves.',
  };
}

/** How to play an output; the same form as of `publishing`. */
export function playing(flow, output, key) {
  const address = reachable(output.address);
  switch (output.protocol) {
    case 'srt': {
      const isCalled = output.mode === 'caller';
      if (!address) return { lines: [], note: null };
      const url = isCalled ? listeningURL(address, output.keyLength) : srtURL(address, output.keyLength);
      const note = [isCalled ? notes.called : null, output.keyLength ? notes.passphrase(output.keyLength) : null].filter(Boolean).join(' ');
      return {
        lines: [
          { tool: 'ffplay', text: `ffplay ${quoted(url)}` },
          { tool: 'srt-live-transmit', text: `srt-live-transmit ${quoted(url)} udp://127.0.0.1:1234` },
        ],
        note: note || null,
      };
    }
    case 'rtmp': {
      if (!address) return { lines: [], note: null };
      const url = key ? reachable(key) : `${withoutKey(address)}/${streamKey}`;
      return { lines: [{ tool: 'ffplay', text: `ffplay ${quoted(url)}` }], note: key ? null : `${streamKey} is the output’s name unless the flow file gives another.` };
    }
    case 'rtsp': return { lines: address ? [{ tool: 'ffplay', text: `ffplay -rtsp_transport tcp ${quoted(address)}` }] : [], note: null };
    case 'hls': {
      const url = new URL(`hls/${encodeURIComponent(flow)}/index.m3u8`, document.baseURI.split('#')[0]).href;
      return { lines: [{ tool: 'ffplay', text: `ffplay ${quoted(url)}` }], note: null };
    }
    default: return { lines: [], note: null };
  }
}
