// The steps of a run as the server tells them (console/web/screens/run_steps.py): columns by row, in
// tree order. Times are nanoseconds since the first step.
import { Axis } from "./axis.js";

export const FAILED = 1;
export const RUNNING = 2;
export const MISSING = 4;
const SPAN_ID = 16;
const WORDS = ["name", "agent", "tool", "model", "error"];

export class Run {
  constructor(told) {
    const count = told.start.length;
    Object.assign(this, {
      count,
      figures: told.run,
      hidden: told.hidden,
      origin: BigInt(told.origin),
      lanes: told.lanes,
      words: told.words,
      start: Float64Array.from(told.start),
      length: Float64Array.from(told.length),
      lane: Uint8Array.from(told.lane),
      flags: Uint8Array.from(told.flags),
      parent: Int32Array.from(told.up, (up, row) => (up ? row - up : -1)),
      head: Int32Array.from(told.repeat, (back, row) => (back ? row - back + 1 : -1)),
      depth: new Uint16Array(count),
      last: new Int32Array(count), // the row after the last one below
      begin: new Float64Array(count), // places on the axis, from 0 to 1
      end: new Float64Array(count),
      axis: new Axis(told.axis),
      told,
    });
    this.#place();
    this.critical = new Map();
    for (const [row, from, to] of told.path) {
      const sections = this.critical.get(row) ?? this.critical.set(row, []).get(row);
      sections.push([this.axis.place(from), this.axis.place(to)]);
    }
  }

  #place() {
    this.last.fill(0);
    for (let row = 0; row < this.count; row++) {
      const parent = this.parent[row];
      this.depth[row] = parent < 0 ? 0 : this.depth[parent] + 1;
      this.begin[row] = this.axis.place(this.start[row]);
      this.end[row] = this.axis.place(this.start[row] + this.length[row]);
    }
    for (let row = this.count - 1; row >= 0; row--) {
      this.last[row] = Math.max(this.last[row], row + 1);
      const parent = this.parent[row];
      if (parent >= 0) this.last[parent] = Math.max(this.last[parent], this.last[row]);
    }
  }

  is(row, flag) {
    return (this.flags[row] & flag) !== 0;
  }

  isMemory(row) {
    return this.lanes[this.lane[row]].key.startsWith("memory_");
  }

  encloses(row) {
    return this.last[row] > row + 1;
  }

  name(row) {
    return this.words[this.told.name[row]];
  }

  key(row) {
    return this.told.span.slice(row * SPAN_ID, (row + 1) * SPAN_ID);
  }

  rowOf(key) {
    for (let at = this.told.span.indexOf(key); at >= 0; at = this.told.span.indexOf(key, at + 1)) {
      if (at % SPAN_ID === 0) return at / SPAN_ID;
    }
    return -1;
  }

  path(row) {
    return `${this.told.traces[this.told.trace[row]]}/${this.key(row)}`;
  }

  // How many rows from a repeated one on are its like; they follow each other.
  repeated(head) {
    let end = head + 1;
    while (end < this.count && this.head[end] === head) end++;
    return end - head;
  }

  // Whether a row says these words: in its name, agent, tool, model or error.
  finder(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return () => false;
    const said = Uint8Array.from(this.words, (word) => word.toLowerCase().includes(wanted));
    const columns = WORDS.map((column) => this.told[column]);
    return (row) => columns.some((column) => said[column[row]]);
  }
}
