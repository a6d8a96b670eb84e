// Bytes, and the texts they are written as.
const CRYPTO = globalThis.crypto?.subtle;

// Browsers keep it from pages that came without TLS, but for those of this machine.
export const canHash = () => Boolean(CRYPTO);

export const utf8 = (text) => new TextEncoder().encode(text);

// Throws where it is not base64.
export const fromBase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

export const fromHex = (text) =>
  Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));

export const toHex = (bytes) =>
  [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");

export const equal = (one, other) => toHex(one) === toHex(other);

export const joined = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));

export const sha256 = async (bytes) => new Uint8Array(await CRYPTO.digest("SHA-256", bytes));

export const hmacSha256 = async (key, message) => {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const known = await CRYPTO.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await CRYPTO.sign("HMAC", known, message));
};

// Throws NotSupportedError, or what older browsers throw instead, where Ed25519 is not known.
export const ed25519 = async (key) => CRYPTO.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);

export const isSigned = (key, signature, message) =>
  CRYPTO.verify({ name: "Ed25519" }, key, signature, message);
