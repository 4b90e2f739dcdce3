// RFC 6962 / RFC 9162 trees over Node's own SHA-256. Hashes are Buffers of 32 bytes; sizes and indices are numbers below 2^53.
import { createHash, hash as hashOnce } from 'node:crypto';

export const HASH_BYTES = 32;
export const TILE_WIDTH = 256;
const LEAF = Buffer.of(0);

export const sha256 = hashOnce
  ? (...parts) => hashOnce('sha256', parts.length === 1 ? parts[0] : Buffer.concat(parts), 'buffer')
  : (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();

export const leafHash = entry => sha256(LEAF, entry);

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
export function nodeHash(left, right) {
  left.copy(pair, 1);
  right.copy(pair, 1 + HASH_BYTES);
  return sha256(pair);
}

export const EMPTY_ROOT = sha256(Buffer.alloc(0));

// RFC 6962, section 2.1: the largest power of two below n splits n leaves.
const splitOf = n => 2 ** Math.ceil(Math.log2(n) - 1);

// Root over hashes that lie one after another in a buffer.
export function rootOf(hashes) {
  const n = hashes.length / HASH_BYTES;
  if (n === 0) return EMPTY_ROOT;
  if (n === 1) return hashes;
  const at = splitOf(n) * HASH_BYTES;
  return nodeHash(rootOf(hashes.subarray(0, at)), rootOf(hashes.subarray(at)));
}

// A growing tree that remembers one unfinished tile per level, as C2SP tlog-tiles cuts it: 8 KiB a level, whatever its size.
export class TiledTree {
  #levels = [];

  // Adds the leaf hashes of one level-0 tile, the last of which may be partial; tells every tile that is now known in full.
  add(leaves, completed) {
    this.#addAt(0, leaves, completed);
  }

  #addAt(level, hashes, completed) {
    const open = this.#levels[level] ??= { number: 0, width: 0, bytes: Buffer.alloc(TILE_WIDTH * HASH_BYTES) };
    for (let at = 0; at < hashes.length;) {
      const taken = Math.min(hashes.length - at, (TILE_WIDTH - open.width) * HASH_BYTES);
      hashes.copy(open.bytes, open.width * HASH_BYTES, at, at + taken);
      at += taken;
      open.width += taken / HASH_BYTES;
      if (open.width < TILE_WIDTH) continue;
      completed(level, open.number++, open.bytes);
      open.width = 0;
      this.#addAt(level + 1, rootOf(open.bytes), completed);
    }
  }

  // The unfinished tiles at the right edge.
  *edge() {
    for (const [level, open] of this.#levels.entries())
      if (open.width > 0) yield [level, open.number, open.bytes.subarray(0, open.width * HASH_BYTES)];
  }

  // Root of the tree with some more leaves behind it, fewer than a tile; only between whole tiles of level 0.
  rootWith(moreLeaves) {
    // Left of a level's unfinished tile stand only larger subtrees, so the tree is the row of all unfinished tiles from the top down.
    let right = moreLeaves.length > 0 ? rootOf(moreLeaves) : null;
    for (const [level, open] of this.#levels.entries()) {
      if (open.width === 0) continue;
      if (level === 0 && moreLeaves.length > 0) throw new Error('inside a tile');
      right = rootWithTail(open.bytes.subarray(0, open.width * HASH_BYTES), right);
    }
    return right ?? EMPTY_ROOT;
  }
}

// Root over complete subtrees of one height, with a smaller tree (or nothing) to the right of them.
function rootWithTail(hashes, tail) {
  if (tail === null) return rootOf(hashes);
  const n = hashes.length / HASH_BYTES;
  const full = 2 ** Math.floor(Math.log2(n));
  const left = rootOf(hashes.subarray(0, full * HASH_BYTES));
  return nodeHash(left, full === n ? tail : rootWithTail(hashes.subarray(full * HASH_BYTES), tail));
}

// RFC 9162, section 2.1.3.2. Refuses what is not there.
export function inclusionHolds(index, size, leaf, proof, root) {
  if (!(index >= 0 && index < size) || leaf.length !== HASH_BYTES) return false;
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const p of proof) {
    if (sn === 0 || p.length !== HASH_BYTES) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(p, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hash, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && hash.equals(root);
}

// RFC 9162, section 2.1.4.2. From size 0 nothing can be proven; equal sizes need equal roots and no proof.
export function consistencyHolds(first, second, firstRoot, secondRoot, proof) {
  if (!(first > 0 && first <= second) || [firstRoot, secondRoot, ...proof].some(h => h.length !== HASH_BYTES)) return false;
  if (first === second) return proof.length === 0 && firstRoot.equals(secondRoot);
  const path = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof];
  if (path.length === 0 || proof.length === 0) return false;
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [path[0], path[0]];
  for (const c of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
}

const half = n => Math.floor(n / 2);
