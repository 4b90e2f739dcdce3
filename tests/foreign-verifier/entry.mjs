// An entry of a DataSpace log: contracts/schemas/ledger-entry.cddl. Strict: one spelling of everything, nothing left over.
import { verify } from 'node:crypto';
import { sha256 } from './merkle.mjs';
import { Malformed, ed25519Key, strictText } from './note.mjs';

export const MAX_ENTRY_BYTES = 1024;
export const DOMAIN = Buffer.from('dataspace/ledger-entry/v1\n');

// The number of each kind is part of the signed bytes.
export const KINDS = new Map(Object.entries({
  Grant: 1, Report: 2, Receipt: 3, JobDispatched: 4, Denied: 5, BudgetRegranted: 6, Suspended: 7, Resumed: 8, RegulatorAct: 9, DutyDone: 10, DutyBreached: 11,
  ListingChecked: 12, Degraded: 13, PeriodClosed: 14, Adjustment: 15, Dispute: 16, DisputeResolved: 17, LogContinued: 20, Equivocation: 21, OneSided: 22, Unreported: 23,
  Erased: 24, DisclosureGiven: 25, RefusalKept: 26,
}).map(([name, number]) => [number, name]));

// Deterministic CBOR (RFC 8949, section 4.2.1): shortest heads, definite lengths.
export class Cbor {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  head(major) {
    const initial = this.#take(1)[0];
    if (initial >> 5 !== major) throw new Malformed('another CBOR type than expected');
    const low = initial & 31;
    if (low < 24) return low;
    const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[low];
    if (width === undefined) throw new Malformed('indefinite or reserved CBOR');
    const raw = this.#take(width);
    const value = width === 8 ? Number(raw.readBigUInt64BE(0)) : raw.readUIntBE(0, width);
    const least = { 1: 24, 2: 2 ** 8, 4: 2 ** 16, 8: 2 ** 32 }[width];
    if (value < least || !Number.isSafeInteger(value)) throw new Malformed('CBOR number not in its shortest form, or too large');
    return value;
  }

  uint = () => this.head(0);
  int = () => this.bytes[this.at] >> 5 === 1 ? -1 - this.head(1) : this.head(0);
  bstr = () => this.#take(this.head(2));
  tstr = () => strictText(this.#take(this.head(3)));

  list(item, most) {
    const count = this.head(4);
    if (count > most) throw new Malformed('CBOR list too long');
    return Array.from({ length: count }, item);
  }

  end() {
    if (this.at !== this.bytes.length) throw new Malformed('bytes left over');
  }

  #take(count) {
    if (this.bytes.length - this.at < count) throw new Malformed('cut short');
    return this.bytes.subarray(this.at, this.at += count);
  }
}

export function parseEntry(bytes) {
  if (bytes.length > MAX_ENTRY_BYTES) throw new Malformed('longer than an entry may be');
  const cbor = new Cbor(bytes);
  if (cbor.head(5) !== 8) throw new Malformed('not a map of eight');
  const key = number => { if (cbor.uint() !== number) throw new Malformed(`no key ${number} where it belongs`); };
  const sized = (value, length) => { if (value.length !== length) throw new Malformed('a field of a wrong length'); return value; };
  key(1);
  if (cbor.uint() !== 1) throw new Malformed('another version');
  key(2);
  const kind = cbor.uint();
  if (!KINDS.has(kind)) throw new Malformed(`unknown kind ${kind}`);
  key(3);
  const eventId = sized(cbor.bstr(), 16);
  key(4);
  const agreementTag = sized(cbor.bstr(), 32);
  key(5);
  const payloadRoot = sized(cbor.bstr(), 32);
  key(6);
  const signers = cbor.list(cbor.tstr, 4);
  key(7);
  const timeMs = cbor.uint();
  const unsignedEnd = cbor.at;
  key(8);
  const signatures = cbor.list(cbor.bstr, 4);
  cbor.end();
  if (signers.length === 0 || signers.length !== signatures.length) throw new Malformed('signers and signatures differ in number');
  return { bytes, kind, eventId, agreementTag, payloadRoot, signers, timeMs, signatures, unsignedEnd };
}

// A key's id, the first half of SHA-256 over the raw key, and the key.
export const ed25519Id = raw => ['ed25519-' + sha256(raw).toString('hex', 0, 16), ed25519Key(raw)];

// Signed is the domain line and the same map without key 8: seven pairs, otherwise the same bytes.
export function isSignedBy(entry, id, key) {
  const at = entry.signers.indexOf(id);
  if (at < 0 || entry.signatures[at].length !== 64) return false;
  const message = Buffer.concat([DOMAIN, entry.bytes.subarray(0, entry.unsignedEnd)]);
  message[DOMAIN.length] = 0xa7;
  return verify(null, message, key, entry.signatures[at]);
}
