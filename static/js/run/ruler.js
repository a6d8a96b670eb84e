// The axis above the rows and the lines behind them.
import { clock, took } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP_PIXELS = 110;
const LABEL_PIXELS = 6.2; // a letter of a label
const SECOND = 1e9;
const ROUND = [1, 2, 5, 10, 15, 30].flatMap((count) => [count * SECOND, count * 60 * SECOND]);
ROUND.push(...[1, 2, 4, 8, 12, 24].map((count) => count * 3600 * SECOND));
for (let size = 1; size < SECOND; size *= 10) ROUND.push(size, 2 * size, 5 * size);
ROUND.sort((one, other) => one - other);

const mark = (tag, attributes, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
};

export class Ruler {
  constructor(axis, ground) {
    this.axis = axis;
    this.ground = ground;
  }

  draw(run, zoom) {
    const [labels, marks, lines] = [[], [], []];
    let [told, day] = [-Infinity, ""];
    const say = (x, text, anchor = "start") => {
      const half = (text.length * LABEL_PIXELS) / 2;
      const from = anchor === "middle" ? x - half : x + 4;
      if (from < told + 6 || from < 0 || from + 2 * half > zoom.width) return false;
      const y = anchor === "middle" ? 12 : 24;
      const dx = anchor === "middle" ? 0 : 4;
      labels.push(mark("text", { x: x.toFixed(1), y, dx, "text-anchor": anchor }, text));
      told = from + 2 * half;
      return true;
    };
    for (const segment of run.axis.segments) {
      const [from, to] = [zoom.x(segment.offset), zoom.x(segment.offset + segment.width)];
      if (to < 0 || from > zoom.width) continue;
      const [left, right] = [Math.max(0, from), Math.min(zoom.width, to)];
      if (segment.isIdle) {
        const box = { class: "gap", x: left.toFixed(1), width: (right - left).toFixed(1) };
        marks.push(mark("rect", { ...box, height: "100%" }));
        lines.push(mark("rect", { ...box, height: "100%" }));
        say((left + right) / 2, took(segment.end - segment.start).split(" ").slice(0, 2).join(" "), "middle");
        continue;
      }
      const tick = (x) => {
        const at = { class: "tick", x1: x.toFixed(1), x2: x.toFixed(1) };
        marks.push(mark("line", { ...at, y1: 16, y2: 32 }));
        lines.push(mark("line", { ...at, y1: 0, y2: "100%" }));
      };
      if (from >= 0) {
        tick(from);
        const begins = clock(run.origin + BigInt(Math.round(segment.start)), day);
        if (say(from, begins.text)) day = begins.day;
      }
      const perPixel = (segment.end - segment.start) / (to - from);
      const step = ROUND.find((one) => one / perPixel >= STEP_PIXELS);
      if (!step) continue;
      const first = Math.max(1, Math.ceil(((left - from) * perPixel) / step));
      for (let count = first; from + (count * step) / perPixel < right - 1; count++) {
        const x = from + (count * step) / perPixel;
        tick(x);
        say(x, `+${took(count * step)}`);
      }
    }
    this.axis.replaceChildren(...marks, ...labels);
    this.ground.replaceChildren(...lines);
  }
}
