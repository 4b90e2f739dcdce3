// The public vectors of the formats, against this verifier: contracts/vectors/tlog and contracts/vectors/ledger.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HASH_BYTES, TiledTree, consistencyHolds, inclusionHolds, leafHash, rootOf } from './merkle.mjs';
import { Malformed, cosignatureTime, isSigned, judgeQuorum, openCheckpoint, parseNote, parsePolicy, parseVkey, subtreeMessage } from './note.mjs';
import { ed25519Id, isSignedBy, parseEntry } from './entry.mjs';
import { readHints, readResponse, verifyMlDsa44 } from './mldsa.mjs';
import { verifySm2 } from './sm2.mjs';
import { DirectoryFiles, parseTilePath, tilePath, verifyLog } from './log.mjs';

const vectors = fileURLToPath(new URL('../../contracts/vectors/', import.meta.url));
const json = name => JSON.parse(readFileSync(vectors + name, 'utf8'));
const tlog = json('tlog/vectors.json');
const base64 = text => Buffer.from(text ?? '', 'base64');
const refused = work => { try { return work() === false; } catch (e) { if (e instanceof Malformed) return true; throw e; } };
let checks = 0;
const check = (holds, what) => { checks++; assert.ok(holds, what); };

const leaves = tlog.rfc6962_roots.leaf_inputs_hex.map(hex => leafHash(Buffer.from(hex, 'hex')));
tlog.rfc6962_roots.root_by_size_hex.forEach((root, size) => {
  check(rootOf(Buffer.concat(leaves.slice(0, size))).toString('hex') === root, `root of ${size}`);
});
// The tree by tiles and the recursive definition agree at every size around a tile's edges.
const many = Buffer.concat(Array.from({ length: 66_000 }, (_, i) => leafHash(Buffer.from(String(i)))));
for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000]) {
  const tree = new TiledTree();
  const whole = size - (size % 256 || 256);
  tree.add(many.subarray(0, whole * HASH_BYTES), () => {});
  const expected = rootOf(many.subarray(0, size * HASH_BYTES));
  check(tree.rootWith(many.subarray(whole * HASH_BYTES, size * HASH_BYTES)).equals(expected), `tail of ${size}`);
  tree.add(many.subarray(whole * HASH_BYTES, size * HASH_BYTES), () => {});
  check(tree.rootWith(Buffer.alloc(0)).equals(expected), `tiles of ${size}`);
}

for (const row of json('tlog/inclusion.json'))
  check(inclusionHolds(row.leafIdx, row.treeSize, base64(row.leafHash), (row.proof ?? []).map(base64), base64(row.root)) === !row.wantErr, row.name);
// One row is answered differently, on purpose: its roots have 12 bytes (PROVENANCE.md).
const shortRoot = 'consistency/additional/sizes-are-equal-one-and-proof-is-empty';
for (const row of json('tlog/consistency.json'))
  check(consistencyHolds(row.size1, row.size2, base64(row.root1), base64(row.root2), (row.proof ?? []).map(base64)) === (!row.wantErr && row.name !== shortRoot), row.name);

for (const row of tlog.signed_note) {
  const note = parseNote(row.note);
  for (const vkey of [row.vkey, row.vkey2].filter(Boolean)) check(isSigned(note, parseVkey(vkey)), vkey);
  for (const vkey of row.must_fail_vkeys ?? []) check(refused(() => parseVkey(vkey)), vkey);
  check(refused(() => isSigned(parseNote(row.note.replace('is', 'us')), parseVkey(row.vkey))), 'a changed note');
}
for (const bad of ['no signature\n', 'text\n\n', 'text\n\n- name AAAAAAA=\n', 'text\n\n\u2014 name AAAAAA==\n', 'text\n\n\u2014 na+me AAAAAAA=\n', 'text\n\n\u2014 name AAAAAAB=\n', 'te\u0001xt\n\n\u2014 name AAAAAAA=\n'])
  check(refused(() => parseNote(bad)), JSON.stringify(bad));

const { vkey, cp5, cp8, proof_5_to_8_hex } = tlog.consistency_checkpoints;
const [five, eight] = [cp5, cp8].map(note => openCheckpoint(note, parseVkey(vkey)));
check(consistencyHolds(5, 8, five.root, eight.root, proof_5_to_8_hex.map(hex => Buffer.from(hex, 'hex'))), 'monkeys');

for (const row of tlog.cosignature_v1) {
  const key = parseVkey(row.vkey);
  check(cosignatureTime(parseNote(row.note), key) === row.timestamp, row.vkey);
  check(cosignatureTime(parseNote(row.note.replace('\n300\n', '\n301\n')), key) === null, 'a changed checkpoint');
}
for (const row of json('crypto/signatures.json').sm2) {
  const [key, message, signature] = [row.publicKey, row.message, row.signature].map(text => Buffer.from(text, 'hex'));
  check(verifySm2(key, message, signature), row.source);
  for (const [what, at] of [[key, 40], [message, 0], [signature, 5], [signature, 60]]) {
    what[at] ^= 1;
    check(!verifySm2(key, message, signature), `changed: ${row.source}`);
    what[at] ^= 1;
  }
  check(!verifySm2(key, message, Buffer.alloc(64)), 'zeros');
}
for (const row of json('crypto/signatures.json').mlDsa44) {
  const [key, message, signature, deterministic] = [row.publicKey, row.message, row.signature, row.deterministicSignature].map(text => Buffer.from(text, 'hex'));
  check(verifyMlDsa44(key, message, signature) && verifyMlDsa44(key, message, deterministic), row.source);
  // Seed and low numbers of the key, the message, the challenge, the numbers, the hints and how many there are.
  for (const [what, at] of [[key, 3], [key, 900], [message, 0], [signature, 0], [signature, 1000], [signature, 2336], [signature, 2419]]) {
    what[at] ^= 1;
    check(!verifyMlDsa44(key, message, signature), `changed at ${at}: ${row.source}`);
    what[at] ^= 1;
  }
  // Numbers at the bound, 131,072 - 78, and beyond it, with either sign; the last that may be is one less.
  const [z, hints] = [signature.subarray(32, 2336), signature.subarray(2336)];
  for (const [coded, isRead] of [[78, false], [79, true], [0, false], [262_144 - 78, false], [262_144 - 79, true], [262_143, false]]) {
    const large = Buffer.from(z);
    large.writeUIntLE((large.readUIntLE(0, 3) & 0xfc0000) + coded, 0, 3);
    check((readResponse(large) !== null) === isRead && !verifyMlDsa44(key, message, Buffer.concat([signature.subarray(0, 32), large, hints])), `a number of ${131_072 - coded}`);
  }
  check(readResponse(z) !== null && readHints(hints) !== null, 'as it was signed');
  for (const spelled of secondSpellings(hints)) check(readHints(spelled) === null && !verifyMlDsa44(key, message, Buffer.concat([signature.subarray(0, 2336), spelled])), 'hints spelled otherwise');
  check(!verifyMlDsa44(key, message, signature.subarray(1)) && !verifyMlDsa44(key.subarray(1), message, signature), 'lengths');
}
// Counts that fall, and more hints than there may be, where everything else is in order.
const hintBytes = (positions, counts) => Buffer.concat([Buffer.from(positions), Buffer.alloc(80 - positions.length), Buffer.from(counts)]);
check(readHints(hintBytes([5], [1, 1, 1, 1])) !== null && readHints(hintBytes([5], [1, 0, 1, 1])) === null && readHints(hintBytes([5], [1, 1, 1, 0])) === null, 'falling counts');
check(readHints(hintBytes(Array.from({ length: 80 }, (_, i) => i + 1), [80, 80, 80, 80])) !== null && readHints(hintBytes(Array.from({ length: 80 }, (_, i) => i + 1), [81, 81, 81, 81])) === null, 'too many hints');
// Two hints exchanged, one named twice, something behind the last, more than there may be, fewer than before: FIPS 204 reads none of them (algorithm 21).
function secondSpellings(hints) {
  const [first, all] = [hints[80], hints[83]];
  assert.ok(first >= 2 && all < 80);
  const changed = change => { const copy = Buffer.from(hints); change(copy); return copy; };
  return [h => { [h[0], h[1]] = [h[1], h[0]]; }, h => { h[1] = h[0]; }, h => { h[79] = 1; }, h => { h[83] = 81; }, h => { h[81] = h[80] - 1; }].map(changed);
}
{
  // A whole note that other programs signed: messages byte by byte, and each line by its key.
  const row = json('tlog/countersigned.json');
  const note = parseNote(row.note);
  check(isSigned(note, parseVkey(row.logVkey)), 'countersigned');
  for (const [signer, time] of [[row.log, row.time], [row.witness, row.witnessTime]])
    for (const algorithm of ['mlDsa44', 'sm2']) {
      const further = parseVkey(signer[`${algorithm}Vkey`]);
      check(isSigned(note, further) && cosignatureTime(note, further) === time, `${algorithm} ${further.name}`);
      check(cosignatureTime(parseNote(row.note.replace('\n70000\n', '\n70001\n')), further) === null, `${algorithm} of another size`);
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(BigInt(time));
      if (algorithm === 'mlDsa44') check(subtreeMessage(further.name, stamp, note.text).toString('hex') === signer.mlDsa44Message, 'subtree/v1');
    }
}
for (const row of json('tlog/policies.json')) {
  const text = row.policy.join('\n');
  if (!row.valid) check(refused(() => parsePolicy(text)), text);
  else for (const { note, met } of row.notes) check(judgeQuorum(parsePolicy(text), parseNote(note)).met === met, text);
}

check(tilePath(0, 1_234_067) === 'tile/0/x001/x234/067' && tilePath('entries', 1_234_067, 8) === 'tile/entries/x001/x234/067.p/8', 'paths');
for (const bad of ['tile/0/x000/001', 'tile/0/1', 'tile/8/000', 'tile/0/000.p/256', 'tile/0/000.p/0', 'tile/00/000', 'tile/0/../000', 'ledger.db', 'tile/0/000.p/08'])
  check(parseTilePath(bad) === null, bad);

const golden = tlog.golden_log_directory;
const earlier = Array.from({ length: 16 }, (_, size) => readFileSync(`${vectors}tlog/golden-log/checkpoint.${size}`, 'utf8'));
const report = verifyLog(new DirectoryFiles(`${vectors}tlog/golden-log`), { vkey: golden.vkey, witnesses: earlier.map(note => ({ note })), opaque: true });
check(report.ok && report.size === golden.entries.length, JSON.stringify(report.problems));

for (const row of json('ledger/entries.json')) {
  const bytes = Buffer.from(row.entry, 'hex');
  const entry = parseEntry(bytes);
  check(entry.payloadRoot.toString('hex') === row.payloadRoot && leafHash(bytes).toString('hex') === row.leafHash, row.kind);
  check(isSignedBy(entry, ...ed25519Id(Buffer.from(row.publicKey, 'hex'))), row.kind);
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 1 << at % 8;
    check(refused(() => isSignedBy(parseEntry(flipped), ...ed25519Id(Buffer.from(row.publicKey, 'hex')))), `${row.kind} byte ${at}`);
  }
  check(refused(() => parseEntry(bytes.subarray(0, -1))) && refused(() => parseEntry(Buffer.concat([bytes, Buffer.of(0)]))), row.kind);
}
console.log(`${checks} checks`);
