// Audit bundles: a tar of one spelling with manifest.json, files.sha256, and a folder for each log. Read in place; nothing is unpacked.
import { createHash } from 'node:crypto';
import { fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { Cbor, MAX_ENTRY_BYTES, parseEntry } from './entry.mjs';
import { parseTilePath, splitBundle, tilePath, verifyLog } from './log.mjs';
import { HASH_BYTES, TILE_WIDTH, consistencyHolds, leafHash, rootOf } from './merkle.mjs';
import { MAX_NOTE_BYTES, Malformed, openEquivocation, parsePolicy, strictText } from './note.mjs';

const FORMAT = 'dataspace-audit/1';
const BLOCK = 512;
const MAX_FILES = 400_000;
const MAX_LOGS = 64;
const MIB = 2 ** 20;
const NAMED = { checkpoint: MAX_NOTE_BYTES, cosigned: MAX_NOTE_BYTES, vkey: 1024, vkeys: 65536, 'held.json': MIB };

// Most bytes of a file of this name; 0 for what a bundle does not hold.
function limitOf(name) {
  if (name === 'manifest.json') return MIB;
  if (name === 'files.sha256') return 64 * MIB;
  if (name === 'policy') return 256 * 1024;
  const match = /^logs\/([0-9]{3})\/(.*)$/.exec(name);
  if (match === null || Number(match[1]) >= MAX_LOGS || name.length > 100) return 0;
  if (Object.hasOwn(NAMED, match[2])) return NAMED[match[2]];
  if (match[2].startsWith('payloads/')) return parseTilePath(match[2].replace('payloads/', 'tile/0/'))?.width === TILE_WIDTH ? 16 * MIB : 0;
  const tile = parseTilePath(match[2]);
  return tile === null ? 0 : tile.level === 'entries' ? TILE_WIDTH * (2 + 0xffff) : TILE_WIDTH * HASH_BYTES;
}

// The one header that a plain file of this name and size has (POSIX ustar; mode 0644, nobody's, time 0).
export function headerOf(name, size) {
  const header = Buffer.alloc(BLOCK);
  const put = (at, text) => header.write(text, at, 'latin1');
  put(0, name);
  put(100, '0000644\0' + '0000000\0' + '0000000\0' + size.toString(8).padStart(11, '0') + '\0' + '00000000000\0' + '        ' + '0');
  put(257, 'ustar\0' + '00');
  put(148, header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0') + '\0 ');
  return header;
}

const before = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

export function openBundle(path) {
  const file = openSync(path, 'r');
  const { size: length } = fstatSync(file);
  const fill = (bytes, offset) => {
    for (let at = 0, count; at < bytes.length; at += count)
      if ((count = readSync(file, bytes, at, bytes.length - at, offset + at)) === 0) throw new Malformed('cut short');
    return bytes;
  };
  const fail = why => { throw new Malformed(why); };
  const index = new Map();
  let at = 0;
  let last = '';
  for (;;) {
    if (length - at < 2 * BLOCK) fail('cut short');
    const header = fill(Buffer.alloc(BLOCK), at);
    if (header[0] === 0) break;
    const end = header.indexOf(0);
    const name = header.toString('latin1', 0, end < 0 || end > 100 ? 100 : end);
    const digits = header.toString('latin1', 124, 135);
    const size = /^[0-7]{11}$/.test(digits) ? parseInt(digits, 8) : -1;
    const limit = limitOf(name);
    if (limit === 0 || size < 0 || !header.equals(headerOf(name, size))) fail(`file ${index.size}: not a plain file that a bundle may hold`);
    if (size > limit || index.size === MAX_FILES) fail(`${name}: too large`);
    const expected = ['manifest.json', 'files.sha256'][index.size];
    if (expected === undefined ? Object.hasOwn({ 'manifest.json': 1, 'files.sha256': 1 }, name) || index.size > 2 && !before(last, name) : name !== expected) fail(`${name}: out of order or there twice`);
    const padding = (BLOCK - size % BLOCK) % BLOCK;
    if (at + BLOCK + size + padding + 2 * BLOCK > length) fail('cut short');
    if (fill(Buffer.alloc(padding), at + BLOCK + size).some(byte => byte !== 0)) fail(`${name}: something lies behind it`);
    index.set(name, { offset: at + BLOCK, size });
    last = name;
    at += BLOCK + size + padding;
  }
  if (at + 2 * BLOCK !== length || fill(Buffer.alloc(2 * BLOCK), at).some(byte => byte !== 0)) fail('something lies behind its end');
  if (index.size < 2) fail('no manifest');
  const read = (name, most) => {
    const found = index.get(name);
    return found === undefined || found.size > most ? null : fill(Buffer.alloc(found.size), found.offset);
  };
  checkDigests(index, fill, fail);
  const manifest = parseManifest(read('manifest.json', MIB), fail);
  const policy = read('policy', 256 * 1024);
  return { path, name: basename(path), names: [...index.keys()], read, manifest, policy: policy && parsePolicy(strictText(policy)) };
}

// files.sha256 has a line for every other file, in order; each line is known but for the digest.
function checkDigests(index, fill, fail) {
  const list = index.get('files.sha256');
  let at = 0;
  for (const [name, { offset, size }] of index) {
    if (name === 'files.sha256') continue;
    const hash = createHash('sha256');
    for (let done = 0; done < size;) {
      const part = fill(Buffer.alloc(Math.min(65_536, size - done)), offset + done);
      hash.update(part);
      done += part.length;
    }
    const line = Buffer.from(`${hash.digest('hex')}  ${name}\n`);
    if (at + line.length > list.size || !fill(Buffer.alloc(line.length), list.offset + at).equals(line)) fail(`${name}: not the file that was exported`);
    at += line.length;
  }
  if (at !== list.size) fail('a file is missing that was exported');
}

// RFC 8785 for what a manifest holds: texts, whole numbers, lists, objects.
export const canonical = value => Array.isArray(value) ? `[${value.map(canonical).join(',')}]`
  : value !== null && typeof value === 'object' ? `{${Object.keys(value).sort().map(key => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
    : JSON.stringify(value);

function parseJson(bytes, fail) {
  try {
    const text = strictText(bytes);
    const value = JSON.parse(text);
    if (canonical(value) === text) return value;
  } catch (e) {
    if (!(e instanceof SyntaxError || e instanceof Malformed)) throw e;
  }
  return fail('not of the known form');
}

function parseManifest(bytes, fail) {
  const manifest = parseJson(bytes, () => fail('manifest'));
  if (manifest.format !== FORMAT || !Array.isArray(manifest.logs) || manifest.logs.length === 0 || manifest.logs.length > MAX_LOGS) fail('manifest of another version');
  if (manifest.logs.some((log, i) => log.folder !== `logs/${String(i).padStart(3, '0')}/` || typeof log.vkey !== 'string')) fail('manifest');
  for (const key of ['proves', 'provesZh', 'doesNotProve', 'doesNotProveZh']) if (!(manifest.statement?.[key]?.length > 0)) fail('manifest without its statement');
  return manifest;
}

// One folder of a bundle, in the form that verifyLog reads.
class FolderFiles {
  constructor(bundle, folder) {
    this.read = (name, most) => bundle.read(folder + name, most);
    this.all = bundle.names.filter(name => name.startsWith(folder)).map(name => name.slice(folder.length));
    this.tiles = this.all.filter(name => name.startsWith('tile/'));
    this.partialTiles = this.tiles.filter(name => name.includes('.p/'));
  }

  partials = full => this.partialTiles.filter(name => name.startsWith(`${full}.p/`));
  names = () => this.tiles;
}

// Every checkpoint in any of the bundles is compared with every log it is of.
export function verifyBundles(bundles, options) {
  const problems = [];
  const logs = bundles.flatMap(bundle => bundle.manifest.logs.map(row => ({ bundle, row, files: new FolderFiles(bundle, row.folder) })));
  const known = options.witnesses.map(note => ({ note }));
  for (const log of logs) {
    const { bundle, row, files } = log;
    for (const name of ['checkpoint', 'cosigned']) {
      const bytes = files.read(name, MAX_NOTE_BYTES);
      if (bytes !== null) known.push({ holder: `${row.origin} in ${bundle.name} ${row.folder}${name}`, note: bytes.toString(), own: name === 'checkpoint' ? log : null });
    }
    const bytes = files.read('held.json', MIB);
    const held = bytes && parseJson(bytes, () => { problems.push({ where: `${row.origin} held.json`, what: 'is not of the known form' }); return null; });
    if (!held || !Array.isArray(held.checkpoints) || !Array.isArray(held.equivocations)) {
      if (held) problems.push({ where: `${row.origin} held.json`, what: 'is not of the known form' });
      continue;
    }
    for (const note of held.checkpoints) known.push({ holder: row.origin, note });
    for (const json of held.equivocations) {
      try {
        const [first, second] = openEquivocation(json, consistencyHolds);
        problems.push({ where: first.origin, what: `has shown two histories, of sizes ${first.size} and ${second.size}; ${row.origin} holds the proof` });
      } catch {
        problems.push({ where: `${row.origin} held.json`, what: 'holds a proof of two histories that proves nothing' });
      }
    }
  }
  const results = logs.map(log => {
    const { bundle, row, files } = log;
    const vkey = options.vkeys.find(v => v.startsWith(`${row.origin}+`)) ?? row.vkey;
    const policy = options.policy ?? bundle.policy ?? undefined;
    const witnesses = known.filter(k => k.own !== log && k.note.startsWith(`${row.origin}\n`));
    const report = verifyLog(files, { ...options, vkey, policy, witnesses });
    if (report.origin !== row.origin || report.size !== row.size || report.root !== row.root) problems.push({ where: `${row.origin} manifest`, what: 'names another log or another size than its folder holds' });
    const fields = checkDisclosed(files, row, (where, what) => problems.push({ where: `${row.origin} ${where}`, what }));
    return { path: `${bundle.path} ${row.folder}`, payloads: row.payloads, fields, ...report };
  });
  return { logs: results, problems: problems.slice(0, 1000) };
}

// Disclosed fields hash to the commitment of their entry: leaf = length of label || label || salt || value.
function checkDisclosed(files, row, problem) {
  let fields = 0;
  for (const name of files.all) {
    if (!name.startsWith('payloads/')) continue;
    const { number } = parseTilePath(name.replace('payloads/', 'tile/0/'));
    const first = number * TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, row.size - first);
    try {
      const cbor = new Cbor(files.read(name, 16 * MIB));
      const disclosed = cbor.list(() => readDisclosed(cbor), TILE_WIDTH);
      cbor.end();
      const bundle = width > 0 ? files.read(tilePath('entries', number, width), TILE_WIDTH * (2 + MAX_ENTRY_BYTES)) : null;
      if (disclosed.length === 0 || disclosed.some(({ index }, i) => index < first || index >= first + width || index < row.from || index >= row.to || i > 0 && index <= disclosed[i - 1].index))
        throw new Malformed('is not of the known form');
      const { entries, whole } = bundle === null ? { entries: [] } : splitBundle(bundle);
      if (!whole || entries.length !== width) continue; // named where the entries were checked
      for (const { index, leaves, shown } of disclosed) {
        const root = rootOf(Buffer.concat(leaves));
        if (root.equals(parseEntry(entries[index - first]).payloadRoot)) fields += shown;
        else problem(`entry ${index}`, 'its disclosed fields are not those that it committed to');
      }
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      problem(name, 'is not of the known form');
    }
  }
  return fields;
}

function readDisclosed(cbor) {
  if (cbor.head(4) !== 2) throw new Malformed('not a pair');
  const index = cbor.uint();
  let shown = 0;
  const leaves = cbor.list(() => {
    if (cbor.bytes[cbor.at] >> 5 === 2) {
      const hash = cbor.bstr();
      if (hash.length !== HASH_BYTES) throw new Malformed('not a hash');
      return hash;
    }
    if (cbor.head(4) !== 3) throw new Malformed('not a field');
    const [label, salt, value] = [cbor.tstr(), cbor.bstr(), cbor.bstr()];
    if (salt.length !== 32 || !/^[\x21-\x7e]{1,80}$/.test(label)) throw new Malformed('not a field');
    shown++;
    return leafHash(Buffer.concat([Buffer.of(label.length), Buffer.from(label), salt, value]));
  }, 128);
  if (leaves.length === 0) throw new Malformed('no fields');
  return { index, leaves, shown };
}
