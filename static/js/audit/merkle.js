// Leaves and paths of a Merkle tree, RFC 9162 sections 2.1.1 and 2.1.3.2.
import { joined, sha256, utf8 } from "./bytes.js";

const LEAF = [0];
const NODE = [1];

export const leafHash = (entry) => sha256(joined(LEAF, utf8(entry)));

// The root that a leaf and its inclusion path lead to; null where the path is not one of this tree.
export const rootOf = async (leaf, index, size, path) => {
  if (!(index >= 0 && index < size)) return null;
  let number = BigInt(index);
  let last = BigInt(size) - 1n;
  let hash = leaf;
  for (const beside of path) {
    if (last === 0n) return null;
    if (number % 2n === 1n || number === last) {
      hash = await sha256(joined(NODE, beside, hash));
      while (number % 2n === 0n && number !== 0n) {
        number /= 2n;
        last /= 2n;
      }
    } else {
      hash = await sha256(joined(NODE, hash, beside));
    }
    number /= 2n;
    last /= 2n;
  }
  return last === 0n ? hash : null;
};
