// Reading the gateway's playlists (RFC 8216bis), as far as a preview needs them. Anything unknown is passed over.

/** Characters of a playlist; what is longer is none. */
const maximumLength = 1 << 20;
const maximumSegments = 1000;
const maximumParts = 5000;

/** The attributes of a tag, `NAME=VALUE` with commas between; quoted values without their quotes. */
export function attributes(text) {
  const found = {};
  for (const match of text.matchAll(/([A-Z0-9-]+)=("([^"]*)"|[^,]*)/g)) found[match[1]] = match[3] ?? match[2];
  return found;
}

function lines(text) {
  if (typeof text !== 'string' || text.length > maximumLength || !/^\uFEFF?#EXTM3U\s/.test(`${text}\n`)) {
    throw new Error('this is no playlist');
  }
  return text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
}

/** The first variant with codecs, `{codecs, uri}`; null when there is none. */
export function multivariantPlaylist(text) {
  const all = lines(text);
  for (const [index, line] of all.entries()) {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) continue;
    const { CODECS: codecs } = attributes(line.slice(18));
    const uri = all.slice(index + 1).find((next) => !next.startsWith('#'));
    if (codecs && uri) return { codecs, uri };
  }
  return null;
}

/**
 * A media playlist: `segments`, each with `number`, `uri` (null while it is open), `map`, `isDiscontinuous`, and `parts`
 * with `uri`, `duration` and `isIndependent`; `partTarget` in seconds; `isEnded`.
 */
export function mediaPlaylist(text) {
  const playlist = { segments: [], partTarget: 1, isEnded: false };
  let number = 0;
  let map = null;
  let open = null;
  let partCount = 0;
  const current = () => (open ??= { number, uri: null, map, isDiscontinuous: false, duration: 0, parts: [] });
  for (const line of lines(text)) {
    const [tag, value] = split(line);
    switch (tag) {
      case '#EXT-X-MEDIA-SEQUENCE': number = wholeNumber(value) ?? number; break;
      case '#EXT-X-PART-INF': playlist.partTarget = seconds(attributes(value)['PART-TARGET']) || playlist.partTarget; break;
      case '#EXT-X-DISCONTINUITY': current().isDiscontinuous = true; break;
      case '#EXT-X-MAP':
        map = attributes(value).URI ?? null;
        if (open) open.map = map;
        break;
      case '#EXT-X-PART': {
        const part = attributes(value);
        partCount += 1;
        if (!part.URI || part.GAP === 'YES' || partCount > maximumParts) break;
        current().parts.push({ uri: part.URI, duration: seconds(part.DURATION), isIndependent: part.INDEPENDENT === 'YES' });
        break;
      }
      case '#EXTINF': current().duration = seconds(value.split(',')[0]); break;
      case '#EXT-X-ENDLIST': playlist.isEnded = true; break;
      default:
        if (line.startsWith('#')) break;
        current().uri = line;
        playlist.segments.push(open);
        open = null;
        number += 1;
    }
    if (playlist.segments.length > maximumSegments) throw new Error('the playlist is too long');
  }
  if (open && open.parts.length > 0) playlist.segments.push(open);
  return playlist;
}

function split(line) {
  const colon = line.indexOf(':');
  return line.startsWith('#') && colon > 0 ? [line.slice(0, colon), line.slice(colon + 1)] : [line, ''];
}

function wholeNumber(text) {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function seconds(text) {
  const value = Number.parseFloat(text);
  return Number.isFinite(value) && value >= 0 && value < 3600 ? value : 0;
}

/** Where to begin: the last part that can be decoded by itself, as `{number, part}`; null when there is none. */
export function start(playlist) {
  for (const segment of playlist.segments.toReversed()) {
    const part = segment.parts.findLastIndex((one) => one.isIndependent);
    if (part >= 0) return { number: segment.number, part };
  }
  const last = playlist.segments.findLast((segment) => segment.uri);
  return last ? { number: last.number, part: 0 } : null;
}

/**
 * What comes from a place on: `resources`, each with `uri`, `map` and `isDiscontinuous`; and the place behind them.
 * Null when the place is no longer listed.
 */
export function from(playlist, place) {
  const resources = [];
  let { number, part } = place;
  for (const segment of playlist.segments) {
    if (segment.number < number) continue;
    if (segment.number > number) {
      // Something is missing in between.
      if (resources.length === 0) return null;
      break;
    }
    const add = (uri, isFirst) => resources.push({ uri, map: segment.map, isDiscontinuous: segment.isDiscontinuous && isFirst });
    if (segment.parts.length > 0) {
      segment.parts.slice(part).forEach((one, index) => add(one.uri, part + index === 0));
      part = Math.max(part, segment.parts.length);
    } else if (segment.uri && part === 0) {
      add(segment.uri, true);
    } else {
      return null;
    }
    if (segment.uri) [number, part] = [segment.number + 1, 0];
  }
  const first = playlist.segments[0]?.number;
  if (resources.length === 0 && (first === undefined || number < first)) return null;
  return { resources, next: { number, part } };
}
