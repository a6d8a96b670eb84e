// Signed notes and their keys as C2SP writes them: https://c2sp.org/signed-note
import { fromBase64, joined, sha256, toHex, utf8 } from "./bytes.js";

const ED25519 = 1;
const KEY_ID = 4;

// Throws where it is no checkpoint.
export const readNote = (note) => {
  const end = note.indexOf("\n\n") + 1;
  const [origin, size, root] = note.slice(0, end).split("\n");
  if (end === 0 || !/^[0-9]+$/.test(size ?? "")) throw new Error("This is no checkpoint.");
  const signatures = note
    .slice(end + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "))
    .map(([, name, text]) => {
      const bytes = fromBase64(text);
      return { name, keyId: toHex(bytes.slice(0, KEY_ID)), signature: bytes.slice(KEY_ID) };
    });
  return { body: utf8(note.slice(0, end)), origin, size: Number(size), root: fromBase64(root), signatures };
};

// `name+key id+base64`. Throws where its parts do not belong together.
export const readKey = async (vkey) => {
  const [name, keyId, ...rest] = vkey.split("+");
  const key = fromBase64(rest.join("+"));
  const named = await sha256(joined(utf8(`${name}\n`), key));
  if (key[0] !== ED25519 || toHex(named.slice(0, KEY_ID)) !== keyId) {
    throw new Error("This is no key of a log.");
  }
  return { name, keyId, bytes: key.slice(1) };
};
