// C2SP tlog-proof: an inclusion proof with its checkpoint, and the entry beside it in the extra line, which nobody signed but which the proof is about.
import { inclusionHolds, leafHash } from './merkle.mjs';
import { Malformed, fromBase64, judgeQuorum, openCheckpoint, parseVkey } from './note.mjs';
import { ed25519Id, isSignedBy, parseEntry } from './entry.mjs';

const MAX_HASHES = 63;

// What an entry of a log with this key is proven by; throws Malformed when it is not.
export function verifyProof(text, vkey, options = {}) {
  const split = text.indexOf('\n\n');
  if (split < 0) throw new Malformed('proof without a checkpoint');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') throw new Malformed('unknown proof version');
  if (!lines[0]?.startsWith('extra ')) throw new Malformed('no entry beside the proof');
  const entry = fromBase64(lines.shift().slice('extra '.length));
  const index = /^index (0|[1-9][0-9]{0,14})$/.exec(lines.shift() ?? '');
  if (index === null || lines.length > MAX_HASHES) throw new Malformed('malformed proof');
  const key = parseVkey(vkey);
  const head = openCheckpoint(text.slice(split + 2), key);
  if (!inclusionHolds(Number(index[1]), head.size, leafHash(entry), lines.map(fromBase64), head.root)) throw new Malformed('the entry is not in the tree at this index');
  const parsed = parseEntry(entry);
  if (!options.opaque && !isSignedBy(parsed, ...ed25519Id(key.raw))) throw new Malformed('the entry is not signed by the owner of the log');
  const result = { origin: head.origin, index: Number(index[1]), size: head.size, kind: parsed.kind, cosigned: {} };
  if (options.policy) {
    const { met, cosigned } = judgeQuorum(options.policy, head.parsed);
    result.cosigned = Object.fromEntries(cosigned);
    if (!met) throw new Malformed('the quorum did not cosign');
  }
  return result;
}
