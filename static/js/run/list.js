// The lines that are in sight, of as many as there are. Each is a real element that can be focused;
// one at a time is in the order of Tab, and arrows move on from it.
import { Line } from "./line.js";

const BEYOND = 8; // lines above and below those in sight

export class List {
  constructor(parts) {
    Object.assign(this, parts); // zoom, scroller, axis, list, template, sprite, address
    this.lines = new Map();
    this.spare = [];
    this.items = [];
    this.active = 0;
    this.marks = { selected: "", found: () => false };
    this.list.replaceChildren();
    this.list.dataset.ready = "";
    this.measure();
  }

  measure() {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const styles = getComputedStyle(this.list);
    const size = (name) => parseFloat(styles.getPropertyValue(name)) * root;
    this.height = size("--row-size");
    this.trackHeight = size("--track-size");
    this.above = this.axis.offsetHeight;
  }

  get seen() {
    return this.scroller.clientHeight - this.above;
  }

  show(run, state, items) {
    Object.assign(this, { run, state, items });
    this.active = Math.min(this.active, Math.max(0, items.length - 1));
    this.list.style.blockSize = `${items.length * this.height}px`;
    for (const line of this.lines.values()) this.#put(line);
    this.lines.clear();
    this.place();
  }

  #put(line) {
    this.spare.push(line);
    if (line.li.contains(document.activeElement)) this.heldFocus = true;
  }

  // Takes out what has gone out of sight, and brings in what has come.
  place() {
    const top = this.scroller.scrollTop;
    const first = Math.max(0, Math.floor(top / this.height) - BEYOND);
    const last = Math.min(this.items.length, Math.ceil((top + this.seen) / this.height) + BEYOND);
    for (const [index, line] of this.lines) {
      if (index >= first && index < last) continue;
      if (line.li.contains(document.activeElement)) continue; // until it is left
      this.#put(line);
      this.lines.delete(index);
    }
    let isFresh = false;
    for (let index = first; index < last; index++) {
      if (this.lines.has(index)) continue;
      const line = this.spare.pop() ?? new Line(this.template, this.sprite);
      line.show(index, this.items[index], { ...this, count: this.items.length });
      this.lines.set(index, line);
      line.track.draw(this.zoom, this.state.path);
      isFresh = true;
    }
    if (!isFresh) return;
    this.#order();
    for (const line of this.spare) line.li.remove();
    this.mark();
  }

  // Elements stand in the order of their lines, for those who hear them.
  #order() {
    let before = null;
    const sorted = [...this.lines.entries()].sort(([one], [other]) => other - one);
    for (const [, { li }] of sorted) {
      if (li.nextElementSibling !== before || li.parentNode !== this.list) {
        this.list.insertBefore(li, before);
      }
      before = li;
    }
  }

  mark() {
    for (const [index, line] of this.lines) {
      const { row, of } = line.item;
      line.mark({
        isSelected: !of && Boolean(this.marks.selected) && this.run.key(row) === this.marks.selected,
        isActive: index === this.active,
        isFound: !of ? this.marks.found(row) : of.some(this.marks.found),
      });
    }
    if (this.heldFocus) {
      this.heldFocus = false;
      if (!this.list.contains(document.activeElement)) this.#focus();
    }
  }

  draw() {
    for (const line of this.lines.values()) line.track.draw(this.zoom, this.state.path);
  }

  get width() {
    const [line] = this.lines.values();
    return line ? line.li.querySelector(".track").clientWidth : 0;
  }

  indexOf(row) {
    return this.items.findIndex((item) => !item.of && item.row === row);
  }

  go(index, { focus = true, center = false } = {}) {
    if (!this.items.length) return;
    this.active = Math.min(this.items.length - 1, Math.max(0, index));
    const [top, seen] = [this.active * this.height, this.seen];
    const at = this.scroller.scrollTop;
    if (center && (top < at || top + this.height > at + seen)) {
      this.scroller.scrollTop = top - seen / 2;
    } else if (top < at) this.scroller.scrollTop = top;
    else if (top + this.height > at + seen) this.scroller.scrollTop = top + this.height - seen;
    this.place();
    // The box itself may reach below the window.
    this.lines.get(this.active)?.li.scrollIntoView({ block: "nearest" });
    if (focus) this.#focus();
  }

  #focus() {
    this.lines.get(this.active)?.link.focus({ preventScroll: true });
  }

  // `toggle(item)` folds or unfolds.
  key(event, toggle) {
    const item = this.items[this.active];
    const line = this.lines.get(this.active);
    const folds = line && !line.fold.hidden;
    const page = Math.max(1, Math.floor(this.seen / this.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) this.go(this.active + steps[event.key]);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.items.length - 1);
    else if (event.key === "ArrowRight" && folds) {
      if (line.isOpen) this.go(this.active + 1);
      else toggle(item);
    } else if (event.key === "ArrowLeft") {
      if (folds && line.isOpen) toggle(item);
      else this.go(this.#above(this.active));
    } else return false;
    return true;
  }

  #above(index) {
    const { depth } = this.items[index];
    while (index > 0 && this.items[index].depth >= depth && depth > 0) index--;
    return index;
  }
}
