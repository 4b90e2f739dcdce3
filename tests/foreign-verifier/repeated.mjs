// Finds ids that occur twice among any number of entries in bounded memory: a Bloom filter names suspects, a second reading decides.
const MAX_BITS = 2 ** 29; // 64 MiB
const MAX_PER_PASS = 2 ** 24;
const MAX_SUSPECTS = 2 ** 20;
const HASHES = 4;

export class RepeatedIds {
  #bits;
  #mask;
  #passes;
  #pass = 0;
  #suspects = new Set();
  #overflow = false;

  constructor(count) {
    this.#passes = Math.ceil(Math.max(count, 1) / MAX_PER_PASS);
    const bits = Math.min(MAX_BITS, 2 ** Math.ceil(Math.log2(32 * Math.max(count, 32))));
    this.#bits = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  // An id of 16 bytes; in each pass the filter looks at its share of them.
  add(id) {
    if (id[15] % this.#passes !== this.#pass) return;
    let known = true;
    for (let i = 0; i < HASHES; i++) {
      const bit = (id.readUInt32LE(4 * i) & this.#mask) >>> 0;
      if ((this.#bits[bit >>> 5] >>> (bit & 31) & 1) === 0) known = false;
      this.#bits[bit >>> 5] |= 1 << (bit & 31);
    }
    if (!known) return;
    if (this.#suspects.size < MAX_SUSPECTS) this.#suspects.add(id.toString('latin1'));
    else this.#overflow = true;
  }

  // read(visit) reads all entries again. Ids are the log's own choice: too many alike are a finding, not a reason to use more memory.
  resolve(read, found, failed) {
    for (; this.#pass < this.#passes; this.#pass++) {
      if (this.#pass > 0) {
        this.#bits.fill(0);
        this.#suspects.clear();
        read(id => this.add(id));
      }
      if (this.#overflow) return failed('too many event ids look alike to be compared');
      if (this.#suspects.size === 0) continue;
      const seen = new Map();
      read((id, index) => {
        const name = id.toString('latin1');
        if (!this.#suspects.has(name)) return;
        if (seen.has(name)) found(index, seen.get(name));
        else seen.set(name, index);
      });
    }
  }
}
