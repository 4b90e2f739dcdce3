// C2SP signed-note, tlog-checkpoint, tlog-cosignature (cosignature/v1, and subtree/v1 of whole trees) and tlog-policy, over Node's own Ed25519, our own ML-DSA-44,
// and SM2 lines as contracts/note-signatures.md has them.
import { createPublicKey, verify } from 'node:crypto';
import { HASH_BYTES, sha256 } from './merkle.mjs';
import { PUBLIC_KEY_BYTES as ML_DSA_44_BYTES, SIGNATURE_BYTES as ML_DSA_44_SIGNATURE_BYTES, verifyMlDsa44 } from './mldsa.mjs';
import { verifySm2 } from './sm2.mjs';

export const MAX_NOTE_BYTES = 64 * 1024;
const MAX_SIGNATURES = 64;
const TYPE_ED25519 = 1;
const TYPE_COSIGNATURE = 4;
const TYPE_ML_DSA_44 = 6;
const TYPE_UNASSIGNED = 0xff;
const TIME_BYTES = 8;
const SUBTREE = Buffer.from('subtree/v1\n\0', 'latin1');
const SM2_TYPE = Buffer.from('\xffdataspace/sm2-cosignature/v1\n', 'latin1'); // contracts/note-signatures.md
const SM2_BYTES = 65;
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Malformed extends Error {}

export function strictText(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Malformed('is not UTF-8');
  }
}

// Standard base64 with padding and no second spelling.
export function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  if (text.length === 0 || bytes.toString('base64') !== text) throw new Malformed('bad base64');
  return bytes;
}

function decimal(text) {
  const value = Number(text);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || !Number.isSafeInteger(value)) throw new Malformed('bad number');
  return value;
}

const isKeyName = name => name.length > 0 && name.length <= 256 && !/[\s+\u0000-\u001f\u007f-\u009f\u0085]/u.test(name);

export const ed25519Key = raw => createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });

// name+hex8(id)+base64(type || key), id being the first four bytes of SHA-256(name || "\n" || type || key).
export function parseVkey(text) {
  const [name, id, ...rest] = text.split('+');
  const raw = fromBase64(rest.join('+'));
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(id) || !isKey(raw) || !fits(raw[0], name)) throw new Malformed('bad verifier key');
  if (sha256(Buffer.from(name + '\n'), raw).toString('hex', 0, 4) !== id) throw new Malformed('verifier key with a wrong id');
  const isEd25519 = [TYPE_ED25519, TYPE_COSIGNATURE].includes(raw[0]);
  return { text, name, id, type: raw[0], raw: raw.subarray(1), key: isEd25519 ? ed25519Key(raw.subarray(1)) : null };
}

function isKey(raw) {
  if ([TYPE_ED25519, TYPE_COSIGNATURE].includes(raw[0])) return raw.length === 33;
  if (raw[0] === TYPE_ML_DSA_44) return raw.length === 1 + ML_DSA_44_BYTES;
  return raw.subarray(0, SM2_TYPE.length).equals(SM2_TYPE) && raw.length === SM2_TYPE.length + SM2_BYTES && raw[SM2_TYPE.length] === 4;
}

// What ML-DSA signs holds the name behind one byte of length.
const fits = (type, name) => type !== TYPE_ML_DSA_44 || Buffer.byteLength(name) <= 255;

export const isAdditional = key => key.type === TYPE_ML_DSA_44 || key.type === TYPE_UNASSIGNED;

export function parseNote(note) {
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Malformed('note too long or with control characters');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || split + 2 >= note.length) throw new Malformed('note without signatures');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new Malformed('too many signatures');
  return { note, text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line) {
  const [dash, name, signature, ...rest] = line.split(' ');
  if (dash !== '\u2014' || rest.length > 0 || name === undefined || signature === undefined || !isKeyName(name)) throw new Malformed('bad signature line');
  const raw = fromBase64(signature);
  if (raw.length <= 4) throw new Malformed('bad signature line');
  return { name, id: raw.toString('hex', 0, 4), bytes: raw.subarray(4) };
}

const signaturesBy = (parsed, key) => parsed.signatures.filter(s => s.name === key.name && s.id === key.id);

// True when the key signed and every signature under its name and id verifies; a failing one refuses the note.
export function isSigned(parsed, key) {
  const found = signaturesBy(parsed, key);
  if (found.some(s => !signatureHolds(parsed, key, s.bytes))) throw new Malformed('a signature by a known key does not verify');
  return found.length > 0;
}

function signatureHolds(parsed, key, bytes) {
  if (key.type === TYPE_ED25519) return bytes.length === 64 && verify(null, Buffer.from(parsed.text), key.key, bytes);
  if (bytes.length <= TIME_BYTES || bytes.readBigUInt64BE(0) >= 2n ** 63n) return false;
  const [time, signature] = [bytes.subarray(0, TIME_BYTES), bytes.subarray(TIME_BYTES)];
  if (key.type === TYPE_ML_DSA_44) {
    const message = signature.length === ML_DSA_44_SIGNATURE_BYTES ? subtreeMessage(key.name, time, parsed.text) : null;
    return message !== null && verifyMlDsa44(key.raw, message, signature);
  }
  if (signature.length !== 64) return false;
  const message = Buffer.from(`cosignature/v1\ntime ${time.readBigUInt64BE(0)}\n${parsed.text}`);
  return key.type === TYPE_UNASSIGNED ? verifySm2(key.raw.subarray(SM2_TYPE.length - 1), message, signature) : verify(null, message, key.key, signature);
}

// What ML-DSA-44 signs of a checkpoint: the cosigner, the time, and the whole tree as the subtree from 0 to its size. Null for a text that is no checkpoint.
export function subtreeMessage(cosigner, time, text) {
  let head;
  try {
    head = parseCheckpointText(text);
  } catch (e) {
    if (!(e instanceof Malformed)) throw e;
    return null;
  }
  const [name, origin, end] = [Buffer.from(cosigner), Buffer.from(head.origin), Buffer.alloc(8)];
  end.writeBigUInt64BE(BigInt(head.size));
  return origin.length > 255 ? null : Buffer.concat([SUBTREE, Buffer.of(name.length), name, time, Buffer.of(origin.length), origin, Buffer.alloc(8), end, head.root]);
}

// Seconds since 1970 at which a witness cosigned, or null.
export function cosignatureTime(parsed, key) {
  const [found] = signaturesBy(parsed, key);
  return found && key.type !== TYPE_ED25519 && signatureHolds(parsed, key, found.bytes) ? Number(found.bytes.readBigUInt64BE(0)) : null;
}

// Whether two checkpoints of one log, with what its tiles say of the smaller size, show two histories (the node's JSON form of the proof).
export function openEquivocation(json, consistencyHolds) {
  const { vkey, first, second, otherRoot, proof } = JSON.parse(json);
  const key = parseVkey(vkey);
  const [a, b] = [first, second].map(note => openCheckpoint(note, key));
  const shown = a.size === b.size ? !a.root.equals(b.root)
    : !a.root.equals(fromBase64(otherRoot)) && consistencyHolds(a.size, b.size, fromBase64(otherRoot), b.root, proof.map(fromBase64));
  if (!shown) throw new Malformed('proves nothing');
  return [a, b];
}

// Signed by the log whose key this is, and under its name.
export function openCheckpoint(note, key) {
  const parsed = parseNote(note);
  if (!isSigned(parsed, key)) throw new Malformed('is not signed by the log');
  const head = parseCheckpointText(parsed.text);
  if (head.origin !== key.name) throw new Malformed('is of another log');
  return { ...head, parsed, note };
}

export function parseCheckpointText(text) {
  const lines = text.split('\n');
  if (lines.length < 4 || lines.at(-1) !== '' || lines[0] === '' || lines.slice(3, -1).includes('')) throw new Malformed('is no checkpoint');
  const root = fromBase64(lines[2]);
  if (root.length !== HASH_BYTES) throw new Malformed('is no checkpoint');
  return { origin: lines[0], size: decimal(lines[1]), root };
}

// tlog-policy: names are defined before use; a threshold of a group of witnesses and groups; one quorum line.
export function parsePolicy(text) {
  const [logs, witnesses, groups] = [[], new Map(), new Map()];
  let quorum = null;
  const parties = members => countParties(witnesses, members);
  const defined = name => witnesses.has(name) || groups.has(name);
  const fail = why => { throw new Malformed(`bad policy: ${why}`); };
  for (const line of text.split('\n')) {
    const [word, ...args] = line.split(/[ \t\r]+/).filter(part => part !== '');
    if (word === undefined || word.startsWith('#')) continue;
    if (word === 'log') {
      if (args.length < 1 || args.length > 2) fail(line);
      const key = parseVkey(args[0]);
      if (key.type === TYPE_COSIGNATURE || logs.some(l => l.text === key.text)) fail(line);
      logs.push(key);
    } else if (word === 'witness') {
      const [name, vkey, url] = args;
      if (args.length < 2 || args.length > 3 || name === 'none' || defined(name) || url !== undefined && !/^https:\/\/[^/]/.test(url)) fail(line);
      const key = parseVkey(vkey);
      if (key.type !== TYPE_COSIGNATURE && !isAdditional(key) || [...witnesses.values()].some(w => w.raw.equals(key.raw))) fail(line);
      witnesses.set(name, key);
    } else if (word === 'group') {
      const [name, rule, ...members] = args;
      const threshold = rule === 'all' ? members.length : rule === 'any' ? 1 : decimal(rule ?? '');
      if (members.length === 0 || name === 'none' || defined(name) || !members.every(defined) || new Set(members).size !== members.length || threshold < 1 || threshold > (rule === 'all' ? members.length : parties(members))) fail(line);
      groups.set(name, { threshold, members });
    } else if (word === 'quorum') {
      if (quorum !== null || args.length !== 1 || args[0] !== 'none' && !defined(args[0])) fail(line);
      quorum = args[0];
    } else {
      fail(line);
    }
  }
  if (quorum === null) fail('no quorum');
  return { logs, witnesses, groups, quorum };
}

// Keys of one name are one witness; groups count for themselves.
const countParties = (witnesses, members) => new Set(members.map(m => witnesses.has(m) ? `witness ${witnesses.get(m).name}` : `group ${m}`)).size;

// Who cosigned, and whether that is the policy's quorum.
export function judgeQuorum(policy, parsed) {
  const cosigned = new Map([...policy.witnesses].map(([name, key]) => [name, cosignatureTime(parsed, key)]));
  const groupHolds = ({ threshold, members }) => threshold === members.length ? members.every(holds) : countParties(policy.witnesses, members.filter(holds)) >= threshold;
  const holds = name => name === 'none' || (policy.groups.has(name)
    ? groupHolds(policy.groups.get(name))
    : cosigned.get(name) !== null);
  return { met: holds(policy.quorum), cosigned };
}
