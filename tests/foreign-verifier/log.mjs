// A log as C2SP tlog-tiles lays it out, checked from its files alone. Memory does not grow with its length.
import { closeSync, fstatSync, openSync, opendirSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EMPTY_ROOT, HASH_BYTES, TILE_WIDTH, TiledTree, leafHash } from './merkle.mjs';
import { MAX_NOTE_BYTES, Malformed, isAdditional, isSigned, judgeQuorum, openCheckpoint, parseVkey, strictText } from './note.mjs';
import { KINDS, ed25519Id, isSignedBy, parseEntry } from './entry.mjs';
import { RepeatedIds } from './repeated.mjs';

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
const BUNDLE_BYTES = TILE_WIDTH * (2 + 0xffff);
const MAX_LISTED = 1000;
const TEMPORARY = '.tmp';

// tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]: N in groups of three digits, all but the last with an x before them.
export function tilePath(level, number, width = TILE_WIDTH) {
  const groups = [];
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift((groups.length === 0 ? '' : 'x') + String(rest % 1000).padStart(3, '0'));
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

export function parseTilePath(path) {
  const match = /^tile\/(entries|[0-7])\/((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (match === null) return null;
  const level = match[1] === 'entries' ? 'entries' : Number(match[1]);
  const number = Number(match[2].replaceAll(/[x/]/g, '') + match[3]);
  const width = match[4] === undefined ? TILE_WIDTH : Number(match[4]);
  return number <= Number.MAX_SAFE_INTEGER && tilePath(level, number, width) === path ? { level, number, width } : null;
}

// What a log is read from: a directory here, a bundle elsewhere.
export class DirectoryFiles {
  constructor(root) {
    this.root = root;
  }

  read(name, most) {
    let file;
    try {
      file = openSync(join(this.root, name), 'r');
    } catch (e) {
      if (e.code === 'ENOENT' || e.code === 'ENOTDIR') return null;
      throw e;
    }
    try {
      const stat = fstatSync(file);
      if (!stat.isFile() || stat.size > most) return null;
      const bytes = Buffer.alloc(stat.size);
      let at = 0;
      for (let count; at < bytes.length && (count = readSync(file, bytes, at, bytes.length - at, at)) > 0;) at += count;
      return bytes.subarray(0, at);
    } finally {
      closeSync(file);
    }
  }

  partials(full) {
    try {
      return readdirSync(join(this.root, `${full}.p`)).map(name => `${full}.p/${name}`);
    } catch (e) {
      if (e.code === 'ENOENT') return [];
      throw e;
    }
  }

  *names(folder = 'tile') {
    let entries;
    try {
      entries = opendirSync(join(this.root, folder));
    } catch (e) {
      if (e.code === 'ENOENT') return;
      throw e;
    }
    try {
      for (let entry; (entry = entries.readSync()) !== null;) {
        const name = `${folder}/${entry.name}`;
        if (entry.isDirectory()) yield* this.names(name);
        else yield name;
      }
    } finally {
      entries.closeSync();
    }
  }
}

// Entries one after another, each behind its length in two big-endian bytes. What is cut short ends the list.
export function splitBundle(bytes) {
  const entries = [];
  let at = 0;
  while (at + 2 <= bytes.length && at + 2 + bytes.readUInt16BE(at) <= bytes.length && entries.length < TILE_WIDTH) {
    const start = at + 2;
    at = start + bytes.readUInt16BE(at);
    entries.push(bytes.subarray(start, at));
  }
  return { entries, whole: at === bytes.length };
}

// options: vkey, policy, witnesses (holder and note; without a holder it is the caller's own), entryKeys (raw public keys), opaque (entries of other software), progress(count).
export function verifyLog(files, options = {}) {
  const report = { origin: '', size: 0, root: '', counts: {}, cosigned: {}, problems: [], problemCount: 0, notices: [], conflicts: [], held: 0 };
  const problem = (where, what) => { if (report.problemCount++ < MAX_LISTED) report.problems.push({ where, what }); };
  const guarded = (where, work) => {
    try {
      return work();
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      problem(where, e.message);
      return null;
    }
  };

  const key = guarded('vkey', () => {
    const stored = files.read('vkey', MAX_NOTE_BYTES);
    if (stored === null && !options.vkey) throw new Malformed('absent, and no key was given');
    const text = stored && strictText(stored).replace(/\n$/, '');
    if (stored && options.vkey && text !== options.vkey) problem('vkey', 'is not the expected key');
    return parseVkey(options.vkey ?? text);
  });
  const checkpoint = key && guarded('checkpoint', () => {
    const note = files.read('checkpoint', MAX_NOTE_BYTES);
    if (note === null) throw new Malformed('absent');
    return openCheckpoint(strictText(note), key);
  });
  if (!checkpoint) return finish();
  Object.assign(report, { origin: key.name, size: checkpoint.size, root: checkpoint.root.toString('hex') });
  const size = checkpoint.size;

  if (options.policy) {
    // Cosignatures come after publication: the newest checkpoint that has them lies beside it.
    const beside = files.read('cosigned', MAX_NOTE_BYTES);
    const seen = guarded('cosigned', () => beside && openCheckpoint(strictText(beside), key)) ?? checkpoint;
    const judged = [seen, checkpoint].map(c => judgeQuorum(options.policy, c.parsed));
    const { met, cosigned } = judged.find(j => j.met) ?? judged[0];
    report.cosigned = Object.fromEntries(cosigned);
    const missing = [...cosigned].filter(([, time]) => time === null).map(([name]) => name);
    if (!met) problem('policy', `its quorum cosigned no checkpoint of this log; without: ${missing.join(', ')}`);
    if (options.policy.logs.length > 0 && !options.policy.logs.some(l => l.text === key.text)) problem('policy', 'does not trust this log');
  }
  // Further lines under the log's own name: those that the policy demands, and those of the directory's own keys.
  const demanded = (options.policy?.logs ?? []).filter(l => l.name === key.name && isAdditional(l));
  const known = guarded('vkeys', () => {
    const stored = files.read('vkeys', MAX_NOTE_BYTES);
    if (stored === null) return [];
    if (!strictText(stored).endsWith('\n')) throw new Malformed('is not a list of verifier keys');
    return strictText(stored).slice(0, -1).split('\n').map(parseVkey).filter(k => k.name === key.name && isAdditional(k));
  }) ?? [];
  for (const further of [...demanded, ...known.filter(k => !demanded.some(d => d.text === k.text))]) {
    if (guarded('checkpoint', () => isSigned(checkpoint.parsed, further)) === false && demanded.includes(further)) problem('checkpoint', 'without a signature that the policy demands');
  }
  const contradict = (held, fork, what) => {
    problem(held.holder ? `checkpoint held by ${held.holder}` : 'witness checkpoint', what);
    if (report.conflicts.length < MAX_LISTED) report.conflicts.push({ holder: held.holder ?? '', held: held.note, own: checkpoint.note, fork });
  };
  const witnesses = (options.witnesses ?? []).flatMap(({ holder, note }) => {
    let held;
    try {
      held = { holder, ...openCheckpoint(note, key) };
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      if (!holder) problem('witness checkpoint', e.message);
      return []; // anybody can claim anything
    }
    report.held++;
    if (held.size <= size) return held;
    contradict(held, false, `the log was rolled back: it signed size ${held.size} before, and has ${size}; entry ${size} is missing`);
    return [];
  });

  const signers = [key.raw, ...options.entryKeys ?? []].map(ed25519Id);
  const ids = new RepeatedIds(size);
  const tree = new TiledTree();
  let lastTimeMs = 0;
  compareHeld(0, Buffer.alloc(0));
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first);
    const leaves = checkBundle(first / TILE_WIDTH, width);
    compareHeld(first, leaves);
    tree.add(leaves, checkTile);
    options.progress?.(first + width);
  }
  for (const [level, number, hashes] of tree.edge()) checkTile(level, number, hashes);
  if (!tree.rootWith(Buffer.alloc(0)).equals(checkpoint.root)) problem('checkpoint', 'its root is not the root of the entries');
  if (!options.opaque) namePairs();
  nameStrays();
  return finish();

  function finish() {
    report.ok = report.problemCount === 0;
    return report;
  }

  // The bytes of a tile or bundle, from the partial file or from the full one that replaced it.
  function readTile(level, number, width, most) {
    const exact = files.read(tilePath(level, number, width), most);
    return exact ?? (width < TILE_WIDTH ? files.read(tilePath(level, number), most) : null);
  }

  function readLeaves(number, width) {
    const stored = readTile(0, number, width, TILE_BYTES);
    return stored !== null && stored.length >= width * HASH_BYTES ? stored.subarray(0, width * HASH_BYTES) : null;
  }

  function checkBundle(number, width) {
    const path = tilePath('entries', number, width);
    const bytes = readTile('entries', number, width, BUNDLE_BYTES);
    const { entries, whole } = bytes === null ? { entries: [], whole: false } : splitBundle(bytes);
    const exact = bytes !== null && whole && (entries.length === width || entries.length > width && files.read(path, BUNDLE_BYTES) === null);
    const leaves = entries.slice(0, width).map(leafHash);
    if (!exact) nameMissing(path, number, width, leaves);
    else {
      for (let i = 0; i < width; i++) checkEntry(number * TILE_WIDTH + i, entries[i]);
      comparePartials(path, number, 'entries', i => joinBundle(entries.slice(0, i)), width);
      return Buffer.concat(leaves);
    }
    // Without the entries the tree above can still be checked from the leaf hashes.
    return readLeaves(number, width) ?? Buffer.concat([...leaves, ...Array(width - leaves.length).fill(EMPTY_ROOT)]);
  }

  // Names the first entry that is not where its leaf hash says it belongs.
  function nameMissing(path, number, width, leaves) {
    const stored = readLeaves(number, width);
    let i = 0;
    while (i < width - 1 && i < leaves.length && (stored === null || leaves[i].equals(stored.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)))) i++;
    problem(`entry ${number * TILE_WIDTH + i}`, `is missing or another one in ${path}`);
  }

  function checkEntry(index, bytes) {
    if (options.opaque) return;
    guarded(`entry ${index}`, () => {
      const entry = parseEntry(bytes);
      report.counts[KINDS.get(entry.kind)] = (report.counts[KINDS.get(entry.kind)] ?? 0) + 1;
      ids.add(entry.eventId);
      if (entry.timeMs < lastTimeMs) problem(`entry ${index}`, 'is older than the entry before');
      lastTimeMs = Math.max(lastTimeMs, entry.timeMs);
      if (!signers.some(([id, signer]) => isSignedBy(entry, id, signer))) throw new Malformed('is not signed by a key of this log');
    });
  }

  function checkTile(level, number, hashes) {
    const width = hashes.length / HASH_BYTES;
    const path = tilePath(level, number, width);
    const stored = readTile(level, number, width, TILE_BYTES);
    if (stored === null || stored.length < hashes.length || stored.length > hashes.length && files.read(path, TILE_BYTES) !== null) {
      problem(path, 'absent or of a wrong length');
    } else {
      for (let i = 0; i < width; i++) {
        if (hashes.compare(stored, i * HASH_BYTES, (i + 1) * HASH_BYTES, i * HASH_BYTES, (i + 1) * HASH_BYTES) === 0) continue;
        if (level === 0) problem(`entry ${number * TILE_WIDTH + i}`, `does not hash to its leaf in ${path}`);
        else problem(path, `hash ${i} is not that of tile ${number * TILE_WIDTH + i} below`);
      }
    }
    comparePartials(path, number, level, i => hashes.subarray(0, i * HASH_BYTES), width);
  }

  // A partial that a later one replaced is its beginning; one that is ahead of the checkpoint begins with it.
  function comparePartials(path, number, level, beginning, width) {
    for (const name of files.partials(tilePath(level, number))) {
      const parsed = parseTilePath(name);
      if (parsed === null || name === path) continue;
      const stored = files.read(name, BUNDLE_BYTES);
      if (stored === null) continue;
      const fits = parsed.width <= width ? stored.equals(beginning(parsed.width)) : stored.subarray(0, beginning(width).length).equals(beginning(width));
      if (!fits) problem(name, `is not the beginning of ${path}`);
    }
  }

  function compareHeld(first, leaves) {
    for (const held of witnesses) {
      if (held.size === 0 ? first > 0 || leaves.length > 0 : held.size <= first || held.size > first + leaves.length / HASH_BYTES) continue;
      if (!tree.rootWith(leaves.subarray(0, (held.size - first) * HASH_BYTES)).equals(held.root))
        contradict(held, true, `the log forked: it signed another history of size ${held.size}`);
    }
  }

  // Entries that share an event id. The filter may suspect more than there are; only equal ids are named.
  function namePairs() {
    ids.resolve(pass => {
      for (let number = 0; number * TILE_WIDTH < size; number++) {
        const bytes = readTile('entries', number, Math.min(TILE_WIDTH, size - number * TILE_WIDTH), BUNDLE_BYTES);
        for (const [i, entry] of (bytes === null ? [] : splitBundle(bytes).entries).entries()) {
          const index = number * TILE_WIDTH + i;
          if (index >= size) continue;
          try {
            pass(parseEntry(entry).eventId, index);
          } catch (e) {
            if (!(e instanceof Malformed)) throw e;
          }
        }
      }
    }, (index, earlier) => problem(`entry ${index}`, `has the event id of entry ${earlier}`), what => problem('entries', what));
  }

  function nameStrays() {
    for (const name of files.names()) {
      const path = parseTilePath(name);
      if (name.endsWith(TEMPORARY)) report.notices.push({ where: name, what: 'left by an interrupted publication' });
      else if (path === null) problem(name, 'is no tile or bundle');
      else if (path.number * TILE_WIDTH + path.width > Math.floor(size / TILE_WIDTH ** (path.level === 'entries' ? 0 : path.level)))
        report.notices.push({ where: name, what: 'lies ahead of the checkpoint, which does not cover it' });
    }
    report.notices.length = Math.min(report.notices.length, MAX_LISTED);
  }
}

export const joinBundle = entries => Buffer.concat(entries.flatMap(entry => [lengthOf(entry), entry]));

function lengthOf(entry) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(entry.length);
  return length;
}
