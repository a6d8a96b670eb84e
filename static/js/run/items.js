// What stands in each line: a step, repeated steps as one, or a lane. An item is
// { row, of, depth, kind, key }: `of` are the rows it stands for, null for a step by itself.
import { FAILED } from "./model.js";

export const isFiltered = (state) =>
  state.lanes.size > 0 || state.errorsOnly || state.least > 0;

export const passes = (run, state) => (row) =>
  (!state.lanes.size || state.lanes.has(run.lanes[run.lane[row]].key)) &&
  (!state.errorsOnly || run.is(row, FAILED)) &&
  run.length[row] >= state.least;

export const itemsOf = (run, state) => {
  if (state.view === "lanes") return lanes(run, state);
  return state.errorsFirst ? flat(run, state) : tree(run, state);
};

const step = (row, depth, isContext = false) => ({ kind: "step", row, of: null, depth, isContext });

const tree = (run, state) => {
  const wanted = passes(run, state);
  const kept = new Uint8Array(run.count); // 2: asked for; 1: stands above one that is
  for (let row = run.count - 1; row >= 0; row--) {
    if (wanted(row)) kept[row] = 2;
    if (kept[row] && run.parent[row] >= 0) kept[run.parent[row]] ||= 1;
  }
  const items = [];
  for (let row = 0; row < run.count; row++) {
    const depth = run.depth[row];
    if (run.head[row] === row) {
      const of = rowsFrom(row, run.repeated(row)).filter((one) => kept[one]);
      const key = run.key(row);
      if (of.length > 1) items.push({ kind: "repeat", row, of, depth, key });
      const isOpen = of.length <= 1 || state.unfolded.has(key);
      const inside = of.length > 1 ? depth + 1 : depth;
      if (isOpen) for (const one of of) items.push(step(one, inside));
      row += run.repeated(row) - 1;
    } else if (kept[row]) {
      items.push(step(row, depth, kept[row] === 1));
      if (run.encloses(row) && state.folded.has(run.key(row))) row = run.last[row] - 1;
    }
  }
  return items;
};

const rowsFrom = (first, count) => Array.from({ length: count }, (_, at) => first + at);

const byStart = (run) => (one, other) => run.start[one] - run.start[other] || one - other;

const flat = (run, state) => {
  const rows = rowsFrom(0, run.count).filter(passes(run, state)).sort(byStart(run));
  const failed = rows.filter((row) => run.is(row, FAILED));
  const others = rows.filter((row) => !run.is(row, FAILED));
  return [...failed, ...others].map((row) => step(row, 0));
};

const lanes = (run, state) => {
  const wanted = passes(run, state);
  const rows = run.lanes.map(() => []);
  for (let row = 0; row < run.count; row++) if (wanted(row)) rows[run.lane[row]].push(row);
  return rows.flatMap((of, at) => {
    if (!of.length) return [];
    const key = run.lanes[at].key;
    of.sort(byStart(run));
    const lane = { kind: "lane", row: of[0], of, depth: 0, key };
    return state.unfolded.has(key) ? [lane, ...of.map((row) => step(row, 1))] : [lane];
  });
};

// Changes the state so that a step has a line of its own.
export const uncover = (run, state, row) => {
  if (state.view === "lanes") {
    state.unfolded.add(run.lanes[run.lane[row]].key);
    return;
  }
  if (run.head[row] >= 0) state.unfolded.add(run.key(run.head[row]));
  for (let above = run.parent[row]; above >= 0; above = run.parent[above]) {
    state.folded.delete(run.key(above));
  }
};
