#!/usr/bin/env node
// A second verifier of DataSpace logs, in another language than the first and with nothing but Node's own modules.
import { readFileSync, statSync } from 'node:fs';
import { MAX_NOTE_BYTES, Malformed, parsePolicy } from './note.mjs';
import { KINDS } from './entry.mjs';
import { openBundle, verifyBundles } from './bundle.mjs';
import { DirectoryFiles, verifyLog } from './log.mjs';
import { verifyProof } from './proof.mjs';

const USAGE = `usage: node verify.mjs [options] PATH...
Checks logs (directories with vkey, checkpoint and tile/) and audit bundles (files) alone, without network: signatures, every tile, every entry, the root;
of bundles also the digests, the disclosed fields, and the logs against each other.

  --vkey VKEY        the verifier key of a log to trust; without one a log's own, which proves consistency, not identity. May be repeated
  --policy FILE      a C2SP tlog-policy: its quorum must have cosigned each checkpoint
  --witness FILE     a checkpoint that somebody else holds, of any of the logs; without one a log that was cut back verifies. May be repeated
  --proof FILE       a tlog-proof of one entry, alone: checked by the --vkey of its log, and by the --policy. May be repeated
  --entry-key HEX    a public key beside the log's own that may have signed entries. May be repeated
  --opaque           entries are other software's: form, signatures and event ids are not looked at
  --json             the result as JSON
  --kinds            lists the kinds of entries it knows, as JSON, and ends

Exit code: 0 everything verifies, 1 something was found, 2 usage.
`;

class Usage extends Error {}

function parse(argv) {
  const options = { paths: [], vkeys: [], witnesses: [], entryKeys: [], proofs: [] };
  for (let i = 0; i < argv.length; i++) {
    const value = () => argv[++i] ?? (() => { throw new Usage(`${argv[i - 1]} needs a value`); })();
    switch (argv[i]) {
      case '--vkey': options.vkeys.push(value()); break;
      case '--policy': options.policy = parsePolicy(smallFile(value())); break;
      case '--witness': options.witnesses.push(smallFile(value())); break;
      case '--proof': options.proofs.push(value()); break;
      case '--entry-key': {
        const key = Buffer.from(value(), 'hex');
        if (key.length !== 32) throw new Usage('--entry-key takes 64 hex digits');
        options.entryKeys.push(key);
        break;
      }
      case '--opaque': options.opaque = true; break;
      case '--json': options.json = true; break;
      case '--kinds': options.kinds = true; break;
      case '--help': options.help = true; break;
      default:
        if (argv[i].startsWith('--')) throw new Usage(`unknown option ${argv[i]}`);
        options.paths.push(argv[i]);
    }
  }
  if (options.paths.length === 0 && options.proofs.length === 0 && !options.kinds && !options.help) throw new Usage('a path is needed');
  return options;
}

function smallFile(path) {
  if (statSync(path).size > 4 * MAX_NOTE_BYTES) throw new Usage(`${path} is too long`);
  return readFileSync(path, 'utf8');
}

function verifyDirectory(path, options, shared) {
  const files = new DirectoryFiles(path);
  const origin = (files.read('vkey', MAX_NOTE_BYTES)?.toString() ?? options.vkeys[0] ?? '').split('+')[0];
  const vkey = options.vkeys.length === 1 ? options.vkeys[0] : options.vkeys.find(v => v.startsWith(`${origin}+`));
  const witnesses = options.witnesses.filter(note => note.split('\n')[0] === origin);
  witnesses.forEach(note => shared.used.add(note));
  return { path, ...verifyLog(files, { ...options, vkey, witnesses: witnesses.map(note => ({ note })) }) };
}

function print(result) {
  for (const log of result.logs) {
    console.log(`${log.ok ? 'good' : 'BAD '}  ${log.path}: ${log.origin || 'unknown log'}, ${log.size} entries, root ${log.root.slice(0, 16)}`);
    const cosigned = Object.entries(log.cosigned).filter(([, time]) => time !== null).map(([name]) => name);
    if (cosigned.length > 0) console.log(`      cosigned by ${cosigned.join(', ')}`);
    for (const p of log.problems) console.log(`      ${p.where}: ${p.what}`);
    if (log.problemCount > log.problems.length) console.log(`      and ${log.problemCount - log.problems.length} more`);
    for (const c of log.conflicts) console.log(`      published:\n${quote(c.own)}\n      held by ${c.holder || 'the witness'}:\n${quote(c.held)}`);
    for (const n of log.notices) console.log(`      note: ${n.where}: ${n.what}`);
  }
}

const quote = text => text.trimEnd().split('\n').map(line => `        ${line}`).join('\n');

function main(argv) {
  const options = parse(argv);
  if (options.help) return console.log(USAGE), 0;
  if (options.kinds) return console.log(JSON.stringify(Object.fromEntries(KINDS))), 0;
  const shared = { used: new Set() };
  const [directories, files] = [true, false].map(wanted => options.paths.filter(path => statSync(path).isDirectory() === wanted));
  const logs = directories.map(path => verifyDirectory(path, options, shared));
  const refused = [];
  const bundles = files.flatMap(path => {
    try {
      return openBundle(path);
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      refused.push({ where: path, what: e.message });
      return [];
    }
  });
  const audit = verifyBundles(bundles, options);
  audit.problems.push(...refused);
  const proofs = options.proofs.flatMap(path => {
    try {
      const text = smallFile(path);
      const origin = text.slice(text.indexOf('\n\n') + 2).split('\n')[0];
      const vkey = options.vkeys.find(v => v.startsWith(`${origin}+`));
      if (vkey === undefined) throw new Usage(`--proof ${path} needs the --vkey of ${origin}`);
      return [{ path, ...verifyProof(text, vkey, options) }];
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      audit.problems.push({ where: path, what: e.message });
      return [];
    }
  });
  logs.push(...audit.logs);
  for (const note of options.witnesses) if (audit.logs.some(log => log.origin === note.split('\n')[0])) shared.used.add(note);
  const unused = options.witnesses.length - shared.used.size;
  if (unused > 0) throw new Usage(`${unused} of the witness checkpoints are of none of these logs`);
  const result = { ok: logs.every(log => log.ok) && audit.problems.length === 0, logs, proofs, problems: audit.problems };
  if (options.json) console.log(JSON.stringify(result));
  else print(result);
  if (!options.json) for (const p of proofs) console.log(`good  ${p.path}: entry ${p.index} of ${p.origin}, size ${p.size}`);
  if (!options.json) for (const p of result.problems) console.log(`BAD   ${p.where}: ${p.what}`);
  return result.ok ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (e) {
  if (!(e instanceof Usage || e instanceof Malformed || ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(e.code))) throw e;
  console.error(`${e.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
