#!/usr/bin/env node
// What a forger does to an audit bundle, for tests and samples/audit.sh: changes a copy and puts it together again with digests that fit. Holds it in memory.
//   forge.mjs flip|drop-last|drop-middle BUNDLE OUT LOG
//   forge.mjs fork BUNDLE OUT LOG KEYFILE       signs another history with the owner's own key (32 bytes)
// LOG is a folder of the bundle, for example logs/001/. Prints what a verifier should name.
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { canonical, headerOf, openBundle } from './bundle.mjs';
import { DOMAIN, parseEntry } from './entry.mjs';
import { joinBundle, splitBundle, tilePath } from './log.mjs';
import { TILE_WIDTH, TiledTree, leafHash } from './merkle.mjs';
import { parseVkey } from './note.mjs';

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const [attack, from, to, folder, keyFile] = process.argv.slice(2);
const bundle = openBundle(from);
const files = new Map(bundle.names.filter(name => !['manifest.json', 'files.sha256'].includes(name)).map(name => [name, bundle.read(name, Infinity)]));
const { manifest } = bundle;
const row = manifest.logs.find(log => log.folder === folder);
const nameOf = number => folder + tilePath('entries', number, Math.min(TILE_WIDTH, row.size - number * TILE_WIDTH));
const entriesOf = number => splitBundle(files.get(nameOf(number))).entries;

function drop(index) {
  const number = Math.floor(index / TILE_WIDTH);
  files.set(nameOf(number), joinBundle(entriesOf(number).filter((_, i) => i !== index % TILE_WIDTH)));
  console.log(`entry ${index}`);
}

const attacks = {
  flip() {
    const index = Math.floor(row.size / 2);
    const number = Math.floor(index / TILE_WIDTH);
    const entries = entriesOf(number).map(entry => Buffer.from(entry));
    entries[index % TILE_WIDTH][60] ^= 1;
    files.set(nameOf(number), joinBundle(entries));
    console.log(`entry ${index}`);
  },
  'drop-last': () => drop(row.size - 1),
  'drop-middle': () => drop(Math.floor(row.size / 2)),
  // A history that the owner signs instead: all entries from the second on are others, one more stands at the end.
  fork() {
    const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, readFileSync(keyFile)]), format: 'der', type: 'pkcs8' });
    const all = Array.from({ length: Math.ceil(row.size / TILE_WIDTH) }, (_, number) => entriesOf(number)).flat();
    const others = [...all, all.at(-1)].map((entry, i) => i === 0 ? entry : another(entry, i, key));
    for (const name of files.keys()) if (name.startsWith(`${folder}tile/`) || name.startsWith(`${folder}payloads/`) || name === `${folder}cosigned`) files.delete(name);
    row.size = others.length;
    const tree = new TiledTree();
    const put = (level, number, hashes) => files.set(folder + tilePath(level, number, hashes.length / 32), Buffer.from(hashes));
    for (let number = 0; number * TILE_WIDTH < others.length; number++) {
      const entries = others.slice(number * TILE_WIDTH, (number + 1) * TILE_WIDTH);
      files.set(nameOf(number), joinBundle(entries));
      tree.add(Buffer.concat(entries.map(leafHash)), put);
    }
    for (const edge of tree.edge()) put(...edge);
    const root = tree.rootWith(Buffer.alloc(0));
    const text = `${row.origin}\n${row.size}\n${root.toString('base64')}\n`;
    const signature = Buffer.concat([Buffer.from(parseVkey(row.vkey).id, 'hex'), sign(null, Buffer.from(text), key)]);
    files.set(`${folder}checkpoint`, Buffer.from(`${text}\n\u2014 ${row.origin} ${signature.toString('base64')}\n`));
    Object.assign(row, { root: root.toString('hex'), payloads: 'none', from: 0, to: 0 });
    console.log('forked');
  },
};

// The same kind of entry with another id and content, signed as well as the first one was.
function another(entry, i, key) {
  const { eventId, payloadRoot, unsignedEnd } = parseEntry(entry);
  const unsigned = Buffer.from(entry.subarray(0, unsignedEnd));
  createHash('sha256').update(`id ${i}`).update(eventId).digest().copy(unsigned, unsigned.indexOf(eventId), 0, 16);
  createHash('sha256').update(payloadRoot).digest().copy(unsigned, unsigned.indexOf(payloadRoot));
  unsigned[0] = 0xa7;
  const signature = sign(null, Buffer.concat([DOMAIN, unsigned]), key);
  unsigned[0] = 0xa8;
  return Buffer.concat([unsigned, Buffer.of(8, 0x81, 0x58, 0x40), signature]);
}

if (!Object.hasOwn(attacks, attack) || !row) {
  console.error('usage: forge.mjs flip|drop-last|drop-middle|fork BUNDLE OUT LOG [KEYFILE]');
  process.exit(2);
}
attacks[attack]();
const sorted = [...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
sorted.unshift(['manifest.json', Buffer.from(canonical(manifest))]);
sorted.splice(1, 0, ['files.sha256', Buffer.from(sorted.map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`).join(''))]);
writeFileSync(to, Buffer.concat([...sorted.flatMap(([name, bytes]) => [headerOf(name, bytes.length), bytes, Buffer.alloc((512 - bytes.length % 512) % 512)]), Buffer.alloc(1024)]));
