// The bar above the timeline: every control says what it does by a data attribute.
import { figure } from "./words.js";

export class Controls {
  // `on` has change(), search(direction), jump(what, direction) and zoom(what).
  constructor(bar, state, on) {
    this.bar = bar;
    this.state = state;
    this.on = on;
    this.field = bar.querySelector("[type=search]");
    this.#listen();
    this.show();
  }

  #all(name) {
    return this.bar.querySelectorAll(`[data-${name}]`);
  }

  show() {
    const { state } = this;
    for (const tab of document.querySelectorAll("[data-shows]")) {
      if (tab.dataset.shows === state.view) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    for (const chip of this.#all("lane")) press(chip, state.lanes.has(chip.dataset.lane));
    for (const one of this.#all("only")) press(one, state.errorsOnly);
    for (const one of this.#all("path")) press(one, state.path);
    if (this.field.value !== state.query) this.field.value = state.query;
    for (const one of this.#all("least")) one.value = String(state.least / 1e6);
    for (const one of this.#all("order")) one.value = state.errorsFirst ? "errors" : "tree";
  }

  tellLanes(run) {
    const counts = new Map(run.lanes.map(({ key }) => [key, 0]));
    for (const lane of run.lane) {
      const { key } = run.lanes[lane];
      counts.set(key, counts.get(key) + 1);
    }
    for (const chip of this.#all("lane")) {
      const count = counts.get(chip.dataset.lane) ?? 0;
      chip.hidden = !count;
      chip.querySelector(".num").textContent = figure(count);
    }
    const remembers = run.figures.reads + run.figures.writes > 0;
    for (const one of this.#all("jump")) {
      one.disabled = one.dataset.jump === "error" ? !run.figures.errors : !remembers;
    }
  }

  // `at` counts from 1; 0 is before the first.
  tellFound(at, count) {
    const isAsked = this.state.query.trim() !== "";
    this.bar.querySelector("[data-found]").textContent = !isAsked
      ? ""
      : count
        ? `${at ? `${figure(at)} of ` : ""}${figure(count)}`
        : "none";
    for (const one of this.#all("search")) one.disabled = !count;
  }

  tellShown(shown, count) {
    const text = shown === count ? "" : `${figure(shown)} of ${figure(count)} steps`;
    this.bar.querySelector("[data-shown]").textContent = text;
    for (const one of this.#all("clear")) one.hidden = shown === count;
  }

  #listen() {
    const { state, on, bar } = this;
    bar.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("click", (event) => {
      const tab = event.target.closest?.("[data-shows]");
      if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      state.view = tab.dataset.shows;
      on.change();
    });
    bar.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      const { lane, only, path, search, jump, zoom, clear } = button.dataset;
      if (lane !== undefined) {
        if (!state.lanes.delete(lane)) state.lanes.add(lane);
      } else if (only !== undefined) state.errorsOnly = !state.errorsOnly;
      else if (path !== undefined) state.path = !state.path;
      else if (clear !== undefined) {
        Object.assign(state, { errorsOnly: false, least: 0 });
        state.lanes.clear();
      } else if (search !== undefined) return on.search(Number(search));
      else if (jump !== undefined) return on.jump(jump, 1, { focus: false });
      else if (zoom !== undefined) return on.zoom(zoom);
      else return;
      on.change();
    });
    bar.addEventListener("change", ({ target }) => {
      if (target.dataset.least !== undefined) state.least = Number(target.value) * 1e6;
      else if (target.dataset.order !== undefined) state.errorsFirst = target.value === "errors";
      else return;
      on.change();
    });
    this.field.addEventListener("input", () => {
      state.query = this.field.value;
      on.sought();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") on.search(event.shiftKey ? -1 : 1);
      else if (event.key === "Escape" && state.query) {
        state.query = this.field.value = "";
        on.sought();
      } else return;
      event.preventDefault();
    });
  }
}

const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));
