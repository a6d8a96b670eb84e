// "Verify in the browser": reads what stands on the page, as anybody could, and says what holds.
import { canHash, fromBase64 } from "./bytes.js";
import { check } from "./checks.js";

const TONES = { holds: "ok", fails: "danger", unknown: "warn" };
const MARKS = { holds: null, fails: "square", unknown: "ring" };
const WORDS = { holds: "holds", fails: "fails", unknown: "not checked" };

const proof = document.querySelector("[data-proof]");
const text = (name) => proof.querySelector(`[data-${name}]`)?.textContent ?? "";
const bytes = (written) => {
  try {
    return fromBase64(written.trim());
  } catch {
    return new Uint8Array();
  }
};
const json = (written) => {
  try {
    return JSON.parse(written);
  } catch {
    return { actor_label: "", note: "", salt: "" };
  }
};

const shown = () => ({
  id: proof.dataset.event,
  kind: proof.dataset.kind,
  entry: text("entry"),
  words: json(text("words")),
  leaf: bytes(text("leaf")),
  index: Number(text("index")),
  size: Number(text("size")),
  path: [...proof.querySelectorAll("[data-hash]")].map((one) => bytes(one.textContent)),
  note: text("note"),
  keys: [...proof.querySelectorAll("[data-key]")].map((one) => one.textContent.trim()),
});

const line = ({ name, verdict, told }) => {
  const item = document.createElement("li");
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.dataset.tone = TONES[verdict];
  if (MARKS[verdict]) badge.dataset.mark = MARKS[verdict];
  badge.textContent = WORDS[verdict];
  const title = document.createElement("b");
  title.textContent = name;
  const words = document.createElement("span");
  words.textContent = told;
  item.className = "check";
  item.append(badge, title, words);
  return item;
};

const sentence = (found) => {
  const count = (verdict) => found.filter((one) => one.verdict === verdict).length;
  if (count("fails")) return "This event does not verify.";
  if (count("unknown")) return "All that can be checked here holds.";
  return "This event verifies.";
};

const verify = async () => {
  const verdict = proof.querySelector("[data-verdict]");
  const list = proof.querySelector("[data-checks]");
  if (!canHash()) {
    verdict.textContent =
      "This browser computes no hashes for a page that came without TLS. Use mnemoscope-verify.";
    verdict.dataset.tone = "warn";
    return;
  }
  const found = await check(shown());
  list.replaceChildren(...found.map(line));
  verdict.dataset.tone = found.some((one) => one.verdict === "fails") ? "danger" : "ok";
  verdict.textContent = sentence(found);
};

proof?.querySelector("[data-verify]")?.addEventListener("click", verify);
