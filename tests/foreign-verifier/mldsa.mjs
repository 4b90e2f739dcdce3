// ML-DSA-44 signatures (FIPS 204, pure, empty context), verification alone, from the standard's algorithms 3, 8, 14 to 40; nobody's library but Node's SHAKE.
// Nothing here is secret, so nothing has to take the same time for every input. About 5 ms a signature.
import { createHash } from 'node:crypto';

export const PUBLIC_KEY_BYTES = 1312;
export const SIGNATURE_BYTES = 2420;

const Q = 8_380_417;
const N = 256;
const [K, L] = [4, 4]; // rows and columns of the matrix
const D = 13; // low bits that the public key leaves out
const TAU = 39; // coefficients of the challenge that are not zero
const GAMMA1 = 2 ** 17;
const GAMMA2 = (Q - 1) / 88;
const BETA = 78; // TAU times the bound of the secret key
const OMEGA = 80; // hints at most
const CHALLENGE_BYTES = 32;
const Z_BYTES = N * 18 / 8;
const T1_BYTES = N * 10 / 8;

const modulo = (value, m) => (value % m + m) % m;
const shake = (name, length, ...parts) => createHash(name, { outputLength: length }).update(Buffer.concat(parts)).digest();

// An endless squeeze: Node has none, so a longer output is taken when one is used up. Its beginning is the same.
function* squeeze(name, ...parts) {
  for (let [from, length] = [0, 1024]; ; [from, length] = [length, 2 * length]) yield* shake(name, length, ...parts).subarray(from);
}

// Powers of the 512th root of unity 1753 in bit-reversed order (appendix B).
const ZETAS = Array.from({ length: N }, (_, i) => {
  let power = 1;
  for (let left = parseInt(i.toString(2).padStart(8, '0').split('').reverse().join(''), 2); left > 0; left--) power = power * 1753 % Q;
  return power;
});

// Algorithm 41.
function toNtt(polynomial) {
  const w = Float64Array.from(polynomial, value => modulo(value, Q));
  for (let [length, m] = [128, 0]; length >= 1; length /= 2)
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = ZETAS[++m];
      for (let j = start; j < start + length; j++) {
        const t = zeta * w[j + length] % Q;
        w[j + length] = (w[j] - t + Q) % Q;
        w[j] = (w[j] + t) % Q;
      }
    }
  return w;
}

// Algorithm 42.
function fromNtt(transformed) {
  const w = Float64Array.from(transformed);
  for (let [length, m] = [1, N]; length < N; length *= 2)
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = Q - ZETAS[--m];
      for (let j = start; j < start + length; j++) {
        const t = w[j];
        w[j] = (t + w[j + length]) % Q;
        w[j + length] = zeta * ((t - w[j + length] + Q) % Q) % Q;
      }
    }
  return w.map(value => value * 8_347_681 % Q); // 256 inverse
}

// Unsigned numbers of so many bits, lowest bit first (algorithm 18).
function unpack(bytes, bits) {
  const values = [];
  for (let [held, count, at] = [0, 0, 0]; values.length < N;) {
    while (count < bits) {
      held += bytes[at++] * 2 ** count;
      count += 8;
    }
    values.push(held % 2 ** bits);
    held = Math.floor(held / 2 ** bits);
    count -= bits;
  }
  return values;
}

// Algorithm 30: one entry of the matrix, already transformed.
function matrixEntry(rho, row, column) {
  const entry = new Float64Array(N);
  const bytes = squeeze('shake128', rho, Buffer.of(column, row));
  for (let i = 0; i < N;) {
    const [a, b, c] = [bytes.next().value, bytes.next().value, bytes.next().value];
    const value = a + 256 * b + 65_536 * (c & 127);
    if (value < Q) entry[i++] = value;
  }
  return entry;
}

// Algorithm 29: the challenge, TAU coefficients of 1 or -1.
function challenge(seed) {
  const c = new Float64Array(N);
  const bytes = squeeze('shake256', seed);
  const signs = Array.from({ length: 8 }, () => bytes.next().value);
  for (let i = N - TAU; i < N; i++) {
    let j = bytes.next().value;
    while (j > i) j = bytes.next().value;
    c[i] = c[j];
    const bit = i + TAU - N;
    c[j] = signs[bit >> 3] >> (bit & 7) & 1 ? -1 : 1;
  }
  return c;
}

// The response, L polynomials of 18 bits a coefficient (algorithm 19); null where one is too large, for then anybody can sign.
export function readResponse(bytes) {
  const z = Array.from({ length: L }, (_, i) => unpack(bytes.subarray(i * Z_BYTES), 18).map(value => GAMMA1 - value));
  return z.some(p => p.some(value => Math.abs(value) >= GAMMA1 - BETA)) ? null : z;
}

// Algorithm 21; null where the bytes are not the one encoding of their hints.
export function readHints(bytes) {
  const hints = Array.from({ length: K }, () => new Uint8Array(N));
  let at = 0;
  for (let i = 0; i < K; i++) {
    const end = bytes[OMEGA + i];
    if (end < at || end > OMEGA) return null;
    for (const first = at; at < end; at++) {
      if (at > first && bytes[at - 1] >= bytes[at]) return null;
      hints[i][bytes[at]] = 1;
    }
  }
  return bytes.subarray(at, OMEGA).some(byte => byte !== 0) ? null : hints;
}

// Algorithms 36 and 40: the high part of a number, corrected by its hint.
function highBits(value, hint) {
  let low = value % (2 * GAMMA2);
  if (low > GAMMA2) low -= 2 * GAMMA2;
  const wraps = value - low === Q - 1;
  const high = wraps ? 0 : (value - low) / (2 * GAMMA2);
  if (wraps) low--;
  return hint === 0 ? high : modulo(low > 0 ? high + 1 : high - 1, 44);
}

// Six bits a coefficient, lowest bit first (algorithms 16 and 28).
function encodeHighBits(polynomials) {
  const bytes = [];
  for (const p of polynomials)
    for (let i = 0; i < N; i += 4) {
      const four = p[i] + (p[i + 1] << 6) + (p[i + 2] << 12) + (p[i + 3] << 18);
      bytes.push(four & 255, four >> 8 & 255, four >> 16);
    }
  return Buffer.from(bytes);
}

// Algorithms 3 and 8.
export function verifyMlDsa44(key, message, signature) {
  if (key.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const seed = signature.subarray(0, CHALLENGE_BYTES);
  const z = readResponse(signature.subarray(CHALLENGE_BYTES, CHALLENGE_BYTES + L * Z_BYTES));
  const hints = readHints(signature.subarray(CHALLENGE_BYTES + L * Z_BYTES));
  if (z === null || hints === null) return false;
  const rho = key.subarray(0, 32);
  const mu = shake('shake256', 64, shake('shake256', 64, key), Buffer.of(0, 0), message); // pure, and a context of no bytes
  const c = toNtt(challenge(seed));
  const columns = z.map(toNtt);
  const high = hints.map((hint, row) => {
    const t1 = toNtt(unpack(key.subarray(32 + row * T1_BYTES), 10).map(value => value * 2 ** D));
    const sum = t1.map((value, i) => Q - c[i] * value % Q);
    for (let column = 0; column < L; column++) {
      const entry = matrixEntry(rho, row, column);
      for (let i = 0; i < N; i++) sum[i] = (sum[i] + entry[i] * columns[column][i]) % Q;
    }
    return fromNtt(sum.map(value => value % Q)).map((value, i) => highBits(value, hint[i]));
  });
  return shake('shake256', CHALLENGE_BYTES, mu, encodeHighBits(high)).equals(seed);
}
