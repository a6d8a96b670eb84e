// The timeline of a run, put together: what is shown is `state`, what is known is `run`.
import { read, write } from "./address.js";
import { Controls } from "./controls.js";
import { isFiltered, itemsOf, passes, uncover } from "./items.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { Minimap } from "./minimap.js";
import { FAILED, Run } from "./model.js";
import { Ruler } from "./ruler.js";
import { figure } from "./words.js";
import { Zoom } from "./zoom.js";

const ADDRESS_MS = 250;

export class Timeline {
  constructor(root) {
    this.root = root;
    this.state = read(location.search);
    this.scroller = root.querySelector(".waterfall");
    const { sprite, address, selected } = root.dataset;
    this.address = address;
    this.selected = selected;
    this.zoom = new Zoom(() => this.#zoomed());
    this.ruler = new Ruler(
      root.querySelector(".waterfall-axis svg"),
      root.querySelector(".waterfall-ground svg"),
    );
    this.minimap = new Minimap(root.querySelector(".minimap"), this.zoom);
    this.found = () => false;
    this.parts = { template: root.querySelector("#line"), sprite, address };
    this.live = new Live(`${address}/steps.json`, (told) => this.#receive(told));
  }

  async open() {
    if (!(await this.live.ask()) && !this.run) return this.#sayLost();
    this.controls = new Controls(this.root.querySelector(".run-bar"), this.state, {
      change: () => this.change(),
      sought: () => this.#seek(),
      search: (direction) => this.jump("found", direction, { focus: false }),
      jump: (...asked) => this.jump(...asked),
      zoom: (what) => this.#press(what),
    });
    this.#listen();
    this.#seek();
    this.change();
    const row = this.selected ? this.run.rowOf(this.selected) : -1;
    if (row >= 0) this.show(row, { focus: false });
  }

  #sayLost() {
    this.root.querySelector("[data-lost]").hidden = false;
  }

  // Steps have come, the first or more of them: what is seen stays where it is.
  #receive(told) {
    const before = this.run;
    const run = new Run(told);
    const atEnd = before && this.#isAtEnd();
    this.run = run;
    if (!before) {
      this.list = new List({
        zoom: this.zoom,
        scroller: this.scroller,
        axis: this.root.querySelector(".waterfall-axis"),
        list: this.root.querySelector("#steps"),
        ...this.parts,
      });
      this.root.dataset.ready = "";
    }
    if (this.state.window) {
      const [from, to] = this.state.window.map((instant) => run.axis.place(instant));
      Object.assign(this.zoom, { from, to: Math.max(to, from + 1e-8) });
    }
    this.#figures(run.figures);
    if (!before) return;
    const held = this.list.items[this.list.active];
    const heldRow = held ? run.rowOf(before.key(held.row)) : -1;
    const above = this.list.active * this.list.height - this.scroller.scrollTop;
    this.#seek();
    this.change({ keepsAddress: true });
    const index = this.list.items.findIndex((item) => item.row === heldRow);
    if (atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (index >= 0 && index !== this.list.active) {
      this.list.active = index;
      this.scroller.scrollTop = index * this.list.height - above;
    }
    this.#tellNew(atEnd ? 0 : run.count - before.count);
    this.#place();
  }

  #isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - this.list.height;
  }

  #tellNew(count) {
    const button = this.root.querySelector("[data-new]");
    this.unseen = count ? (this.unseen ?? 0) + count : 0;
    button.hidden = this.unseen <= 0;
    this.#tellLive();
    button.textContent = `${figure(this.unseen)} new ${this.unseen === 1 ? "step" : "steps"}`;
  }

  #tellLive() {
    this.root.querySelector("[data-live]").hidden = !this.goesOn;
    this.root.querySelector("[data-news]").hidden = !this.goesOn && !this.unseen;
  }

  #figures(figures) {
    for (const [name, value] of Object.entries(figures)) {
      const place = document.querySelector(`[data-figure="${name}"]`);
      if (!place) continue;
      if (name === "badge") place.innerHTML = value;
      else place.textContent = figure(value);
    }
    this.goesOn = figures.goes_on;
    this.#tellLive();
  }

  // What is asked for has changed: other lines are shown.
  change({ keepsAddress = false } = {}) {
    const { run, state, list } = this;
    list.marks = { selected: this.selected, found: this.found };
    list.show(run, state, itemsOf(run, state));
    this.root.querySelector("[data-none]").hidden = list.items.length > 0;
    this.controls?.show();
    this.controls?.tellShown(this.#countShown(), run.count);
    this.controls?.tellLanes(run);
    this.minimap.draw(run);
    this.#draw();
    if (!keepsAddress) this.#writeAddress();
  }

  #countShown() {
    if (!isFiltered(this.state)) return this.run.count;
    const wanted = passes(this.run, this.state);
    let count = 0;
    for (let row = 0; row < this.run.count; row++) count += wanted(row);
    return count;
  }

  #seek() {
    this.found = this.run.finder(this.state.query);
    this.list.marks = { selected: this.selected, found: this.found };
    if (this.list.run) this.list.mark();
    this.#tellFound();
    this.#writeAddress();
  }

  #tellFound(current = -1) {
    let [count, at] = [0, 0];
    for (let row = 0; row < this.run.count; row++) {
      if (!this.found(row)) continue;
      count++;
      if (row <= current) at = count;
    }
    this.controls?.tellFound(at, count);
  }

  // To the next step, or the one before, that is what is asked for; past the last comes the first.
  jump(what, direction, options) {
    const { run } = this;
    const wanted = passes(run, this.state);
    const is = {
      error: (row) => run.is(row, FAILED),
      memory: (row) => run.isMemory(row),
      found: this.found,
    }[what];
    const current = this.at ?? this.list.items[this.list.active]?.row ?? 0;
    const begin = this.at === undefined ? current - direction : current;
    for (let step = 1; step <= run.count; step++) {
      const row = (((begin + step * direction) % run.count) + run.count) % run.count;
      if (is(row) && wanted(row)) {
        this.show(row, options);
        if (what === "found") this.#tellFound(row);
        return;
      }
    }
  }

  show(row, options = {}) {
    const { run, state, list } = this;
    if (list.indexOf(row) < 0) {
      uncover(run, state, row);
      this.change();
    }
    this.at = row;
    this.zoom.reveal(run.begin[row], run.end[row]);
    list.go(list.indexOf(row), { center: true, ...options });
    this.#place();
  }

  toggle(item) {
    const keys = item.of ? this.state.unfolded : this.state.folded;
    const key = item.of ? item.key : this.run.key(item.row);
    if (!keys.delete(key)) keys.add(key);
    this.change();
  }

  select(row, link) {
    this.selected = this.run.key(row);
    this.at = row;
    this.list.active = this.list.indexOf(row);
    this.list.marks.selected = this.selected;
    this.list.mark();
    const address = link.pathname + write(this.state);
    htmx.ajax("GET", address, { source: this.list.list, target: "#panel" });
  }

  #press(what) {
    if (what === "in") this.zoom.by(2);
    else if (what === "out") this.zoom.by(0.5);
    else this.zoom.show(0, 1);
  }

  #zoomed() {
    const { axis } = this.run;
    const { from, to, isWhole } = this.zoom;
    this.state.window = isWhole ? null : [axis.instant(from), axis.instant(to)];
    this.#soon();
    this.#writeAddress();
  }

  #soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.#draw();
    });
  }

  #draw() {
    this.zoom.width = this.list.width || this.zoom.width;
    this.ruler.draw(this.run, this.zoom);
    this.minimap.place();
    this.#place();
    this.list.draw();
  }

  #place() {
    const { scroller, list } = this;
    this.root.querySelector(".waterfall-ground").style.translate = `0 ${scroller.scrollTop}px`;
    list.place();
  }

  keepAddress() {
    this.#writeAddress();
  }

  #writeAddress() {
    clearTimeout(this.writing);
    this.writing = setTimeout(() => {
      history.replaceState(history.state, "", location.pathname + write(this.state) + location.hash);
    }, ADDRESS_MS);
  }

  #listen() {
    const { list } = this;
    this.scroller.addEventListener("scroll", () => this.#place(), { passive: true });
    const wheel = (event) => {
      const { left } = this.root.querySelector(".waterfall-axis svg").getBoundingClientRect();
      if (this.zoom.wheel(event, left)) event.preventDefault();
    };
    this.scroller.addEventListener("wheel", wheel, { passive: false });
    this.minimap.box.addEventListener("wheel", wheel, { passive: false });
    new ResizeObserver(() => {
      list.measure();
      this.change({ keepsAddress: true });
    }).observe(this.scroller);
    list.list.addEventListener("click", (event) => this.#click(event));
    list.list.addEventListener("focusin", ({ target }) => {
      const line = this.#lineOf(target);
      if (!line || line.index === list.active) return;
      list.active = line.index;
      this.at = line.item.row;
      list.mark();
    });
    this.root.querySelector("[data-new]").addEventListener("click", () => {
      this.#tellNew(0);
      list.go(list.items.length - 1);
    });
  }

  #lineOf(element) {
    const li = element.closest("li");
    return [...this.list.lines.values()].find((line) => line.li === li);
  }

  #click(event) {
    const line = this.#lineOf(event.target);
    if (!line || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const folds = event.target.closest(".waterfall-fold") || line.item.of;
    if (!folds && !event.target.closest("a[href]")) return;
    event.preventDefault();
    this.list.active = line.index;
    if (folds) this.toggle(line.item);
    else this.select(line.item.row, line.link);
  }
}
