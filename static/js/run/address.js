// What is shown, as it stands in the address: a link shows somebody else the same.
const MOST_KEYS = 50;
const NS_PER_MS = 1e6;

const OURS = "view from to q lanes only least order path fold unfold row".split(" ");

// The state: `window` is [from, to] in nanoseconds since the first step, null for all of it; no lanes
// are all of them; `least` is nanoseconds; `folded` are the keys of steps whose children are hidden,
// `unfolded` those of the first of repeated steps, and of lanes, that are shown each.
export const read = (search) => {
  const asked = new URLSearchParams(search);
  const listed = (name) => new Set((asked.get(name) ?? "").split(",").filter(Boolean));
  const [from, to] = [Number(asked.get("from")), Number(asked.get("to"))];
  return {
    view: asked.get("view") === "lanes" ? "lanes" : "tree",
    window: to > from && from >= 0 ? [from * NS_PER_MS, to * NS_PER_MS] : null,
    query: asked.get("q") ?? "",
    lanes: listed("lanes"),
    errorsOnly: asked.get("only") === "errors",
    least: Math.max(0, Number(asked.get("least")) || 0) * NS_PER_MS,
    errorsFirst: asked.get("order") === "errors",
    path: asked.get("path") !== "off",
    folded: listed("fold"),
    unfolded: listed("unfold"),
  };
};

// What else stands in the address stays there: the open tab of a step, for one.
export const write = (state) => {
  const said = new URLSearchParams(location.search);
  for (const name of OURS) said.delete(name);
  const listed = (name, keys) => keys.size && said.set(name, [...keys].slice(0, MOST_KEYS).join());
  if (state.view !== "tree") said.set("view", state.view);
  if (state.window) {
    const [from, to] = state.window.map((instant) => instant / NS_PER_MS);
    const places = Math.max(0, 2 - Math.floor(Math.log10(to - from)));
    said.set("from", from.toFixed(Math.min(6, places)));
    said.set("to", to.toFixed(Math.min(6, places)));
  }
  if (state.query) said.set("q", state.query);
  listed("lanes", state.lanes);
  if (state.errorsOnly) said.set("only", "errors");
  if (state.least) said.set("least", String(state.least / NS_PER_MS));
  if (state.errorsFirst) said.set("order", "errors");
  if (!state.path) said.set("path", "off");
  listed("fold", state.folded);
  listed("unfold", state.unfolded);
  const text = said.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : "";
};
