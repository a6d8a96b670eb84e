// What is checked of an event, one after the other. Each says what holds or what does not; a check
// that cannot be made here says so and is neither.
import { ed25519, equal, fromHex, hmacSha256, isSigned, joined, toHex, utf8 } from "./bytes.js";
import { leafHash, rootOf } from "./merkle.js";
import { readKey, readNote } from "./note.js";

const holds = (told) => ({ verdict: "holds", told });
const fails = (told) => ({ verdict: "fails", told });
const unknown = (told) => ({ verdict: "unknown", told });

const thatItIsThis = (shown) => {
  const entry = JSON.parse(shown.entry);
  if (entry.id !== shown.id) return fails("The entry is of another event than this page.");
  if (entry.action !== shown.kind) return fails("The entry names another kind of event than this page.");
  return holds("The entry is of this event.");
};

const ofTheLeaf = async (shown) =>
  equal(await leafHash(shown.entry), shown.leaf)
    ? holds("SHA-256 over the entry is the leaf of the log.")
    : fails("The entry was changed: SHA-256 over it is not the leaf of the log.");

const ofTheWords = async (shown) => {
  if (shown.words === null) return unknown("Names and words were erased; only their digest is left.");
  const said = joined(utf8(shown.words.actor_label), [0], utf8(shown.words.note));
  const digest = await hmacSha256(fromHex(shown.words.salt), said);
  return toHex(digest) === JSON.parse(shown.entry).words
    ? holds("Name and note match the digest in the entry.")
    : fails("The name or the note was changed: they do not match the digest in the entry.");
};

const ofThePath = async (shown) => {
  const note = readNote(shown.note);
  if (note.size !== shown.size) return fails("The path is of a log of another size than the checkpoint.");
  const root = await rootOf(await leafHash(shown.entry), shown.index, shown.size, shown.path);
  if (root === null) return fails("The path does not lead through a log of this size.");
  return equal(root, note.root)
    ? holds(`The path of ${shown.path.length} hashes leads to the root that the checkpoint names.`)
    : fails("The path leads to another root than the checkpoint names: the event is not in this log.");
};

const ofTheOrigin = (shown) =>
  readNote(shown.note).origin === `mnemoscope/${JSON.parse(shown.entry).tenant}`
    ? holds("The checkpoint is of this tenant’s log.")
    : fails("The checkpoint is of another log.");

const ofTheSignature = async (shown) => {
  const note = readNote(shown.note);
  for (const vkey of shown.keys) {
    const key = await readKey(vkey);
    const line = note.signatures.find((one) => one.name === key.name && one.keyId === key.keyId);
    if (!line) continue;
    let known;
    try {
      known = await ed25519(key.bytes);
    } catch {
      return unknown("This browser knows no Ed25519: check the signature with mnemoscope-verify.");
    }
    return (await isSigned(known, line.signature, note.body))
      ? holds(`The checkpoint is signed by the key ${key.keyId}.`)
      : fails("The checkpoint was changed: its signature does not fit.");
  }
  return fails("None of the keys signed the checkpoint.");
};

const CHECKS = [
  ["The event", thatItIsThis],
  ["The leaf", ofTheLeaf],
  ["Names and words", ofTheWords],
  ["The path", ofThePath],
  ["The log", ofTheOrigin],
  ["The signature", ofTheSignature],
];

// All of them, in order: { name, verdict, told }. What cannot be read fails.
export const check = async (shown) => {
  const found = [];
  for (const [name, of] of CHECKS) {
    try {
      found.push({ name, ...(await of(shown)) });
    } catch {
      found.push({ name, ...fails("It cannot be read: it was changed.") });
    }
  }
  return found;
};
