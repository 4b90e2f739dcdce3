// SM2 signatures (GB/T 32918.2) over the curve of GB/T 32918.5 with SM3 and the user id of GB/T 35276, verified with whole numbers: slow, short, and nobody's library but Node's SM3.
import { createHash } from 'node:crypto';

const hex = text => BigInt('0x' + text);
const P = hex('fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff');
const A = P - 3n;
const B = hex('28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93');
const N = hex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');
const G = [hex('32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7'), hex('bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0')];
const USER_ID = Buffer.from('1234567812345678');

const mod = (value, m) => ((value % m) + m) % m;
const number = bytes => hex(bytes.toString('hex'));
const bytes32 = value => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const sm3 = (...parts) => createHash('sm3').update(Buffer.concat(parts)).digest();

function inverse(value) {
  let [r, next, s, t] = [P, mod(value, P), 0n, 1n];
  while (next > 0n) {
    const q = r / next;
    [r, next, s, t] = [next, r - q * next, t, s - q * t];
  }
  return mod(s, P);
}

// Affine points; null is the point at infinity.
function add(a, b) {
  if (a === null || b === null) return a ?? b;
  if (a[0] === b[0] && mod(a[1] + b[1], P) === 0n) return null;
  const slope = a[0] === b[0] ? mod((3n * a[0] * a[0] + A) * inverse(2n * a[1]), P) : mod((b[1] - a[1]) * inverse(b[0] - a[0]), P);
  const x = mod(slope * slope - a[0] - b[0], P);
  return [x, mod(slope * (a[0] - x) - a[1], P)];
}

function multiply(scalar, point) {
  let [sum, power] = [null, point];
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

// key: 04, x, y; signature: r, s; 32 bytes each.
export function verifySm2(key, message, signature) {
  if (key.length !== 65 || key[0] !== 4 || signature.length !== 64) return false;
  const point = [number(key.subarray(1, 33)), number(key.subarray(33))];
  if (point.some(v => v >= P) || mod(point[1] ** 2n - point[0] ** 3n - A * point[0] - B, P) !== 0n) return false;
  const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32))];
  const t = mod(r + s, N);
  if (r === 0n || s === 0n || r >= N || s >= N || t === 0n) return false;
  const length = Buffer.from([USER_ID.length * 8 >> 8, USER_ID.length * 8 & 255]);
  const identity = sm3(length, USER_ID, bytes32(A), bytes32(B), bytes32(G[0]), bytes32(G[1]), key.subarray(1));
  const sum = add(multiply(s, G), multiply(t, point));
  return sum !== null && mod(number(sm3(identity, message)) + sum[0], N) === r;
}
