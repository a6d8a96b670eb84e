// The whole run in little: how many steps at a time, which failed, where memory was used. Dragging
// over it chooses the part that is seen.
import { FAILED } from "./model.js";

const HEIGHT = 40;
const GRIP = 6;
const SMALLEST = 3;

export class Minimap {
  constructor(box, zoom) {
    this.box = box;
    this.zoom = zoom;
    this.svg = box.querySelector("svg");
    this.window = box.querySelector(".minimap-window");
    this.#listen();
  }

  get width() {
    return this.box.clientWidth;
  }

  draw(run) {
    const width = Math.max(1, Math.floor(this.width));
    const busy = new Float64Array(width + 1);
    const spots = { fault: new Set(), memory_read: new Set(), memory_write: new Set() };
    for (let row = 0; row < run.count; row++) {
      const from = Math.min(width - 1, Math.floor(run.begin[row] * width));
      const to = Math.min(width - 1, Math.floor(run.end[row] * width));
      if (!run.encloses(row)) {
        busy[from] += 1;
        busy[to + 1] -= 1;
      }
      if (run.is(row, FAILED)) spots.fault.add(from);
      spots[run.lanes[run.lane[row]].key]?.add(from);
    }
    let most = 1;
    for (let x = 1; x <= width; x++) busy[x] += busy[x - 1];
    for (const count of busy) most = Math.max(most, count);
    let density = "";
    for (let x = 0; x < width; x++) {
      if (busy[x] > 0) density += `M${x + 0.5} ${HEIGHT}v${(-18 * Math.sqrt(busy[x] / most) - 2).toFixed(1)}`;
    }
    const idle = run.axis.segments.filter((segment) => segment.isIdle);
    this.#set(".gap", idle.map((one) => {
      const [x, wide] = [one.offset * width, one.width * width];
      return `M${x.toFixed(1)} 0h${wide.toFixed(1)}v${HEIGHT}h${(-wide).toFixed(1)}z`;
    }).join(""));
    this.#set(".minimap-density", density);
    this.#set(".minimap-faults", [...spots.fault].map((x) => `M${x + 0.5} ${HEIGHT}V14`).join(""));
    this.#set("[data-kind=read]", apart(spots.memory_read).map((x) => `M${x + 0.5} 5h.01`).join(""));
    this.#set("[data-kind=write]", apart(spots.memory_write).map((x) => `M${x + 0.5} 11h.01`).join(""));
  }

  #set(selector, path) {
    this.svg.querySelector(selector).setAttribute("d", path);
  }

  place() {
    const { from, to, isWhole } = this.zoom;
    this.window.hidden = isWhole;
    this.window.style.left = `${from * 100}%`;
    this.window.style.width = `${(to - from) * 100}%`;
  }

  #listen() {
    let drag = null;
    const at = (event) => {
      const x = event.clientX - this.box.getBoundingClientRect().left;
      return Math.min(1, Math.max(0, x / this.width));
    };
    this.box.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const { from, to, isWhole } = this.zoom;
      const [place, grip] = [at(event), GRIP / this.width];
      drag = { kind: "choose", place, from, to };
      if (!isWhole && Math.abs(place - from) < grip) drag = { kind: "choose", place: to };
      else if (!isWhole && Math.abs(place - to) < grip) drag = { kind: "choose", place: from };
      else if (!isWhole && place > from && place < to) drag.kind = "move";
      this.box.setPointerCapture(event.pointerId);
    });
    this.box.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const place = at(event);
      if (drag.kind === "move") {
        this.zoom.show(drag.from + place - drag.place, drag.to + place - drag.place);
      } else if (Math.abs(place - drag.place) * this.width >= SMALLEST) {
        this.zoom.show(Math.min(place, drag.place), Math.max(place, drag.place));
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.box.addEventListener(end, () => (drag = null));
    }
    this.box.addEventListener("dblclick", () => this.zoom.show(0, 1));
  }
}

// So that dots do not run into each other.
const apart = (spots) => {
  let last = -Infinity;
  return [...spots]
    .sort((one, other) => one - other)
    .filter((x) => x - last >= 4 && ((last = x), true));
};
