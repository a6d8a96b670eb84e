// The bars of one line, in pixels. `zoom.x(place)` is where a place of the axis lies.
import { FAILED, MISSING, RUNNING } from "./model.js";

const SVG = "http://www.w3.org/2000/svg";
const THINNEST = 2;
const BEYOND = 6; // a bar that goes on outside is seen to
const DOT = 4;

const shape = (parent, tag, className) => {
  const element = document.createElementNS(SVG, tag);
  element.setAttribute("class", className);
  parent.append(element);
  return element;
};

export class Track {
  constructor(svg) {
    svg.replaceChildren();
    this.bar = shape(svg, "rect", "bar");
    this.bar.setAttribute("rx", "1.5");
    this.many = shape(svg, "path", "bar");
    this.failed = shape(svg, "path", "fault-many");
    this.fault = shape(svg, "rect", "fault");
    this.fault.setAttribute("rx", "2");
    this.fault.setAttribute("y", "16%");
    this.fault.setAttribute("height", "68%");
    this.critical = shape(svg, "path", "critical");
    this.dot = shape(svg, "circle", "dot");
    this.dot.setAttribute("r", DOT);
    this.dot.setAttribute("cy", "50%");
  }

  // Once for each item that comes to stand here.
  show(run, item, height) {
    this.run = run;
    this.item = item;
    this.height = height;
    const { row, of } = item;
    const isMemory = !of && run.isMemory(row);
    for (const each of [this.many, this.failed]) each.toggleAttribute("hidden", !of);
    this.bar.toggleAttribute("hidden", Boolean(of));
    this.isOpen = !of && (run.is(row, RUNNING) || run.is(row, MISSING));
    this.bar.setAttribute("class", this.isOpen ? "bar-open" : "bar");
    const [y, high] = isMemory ? ["44%", "12%"] : run.encloses(row) ? ["40%", "20%"] : ["28%", "44%"];
    this.bar.setAttribute("y", y);
    this.bar.setAttribute("height", high);
    this.fault.toggleAttribute("hidden", Boolean(of) || !run.is(row, FAILED));
    this.dot.toggleAttribute("hidden", !isMemory);
    const isRead = run.lanes[run.lane[row]].key === "memory_read";
    this.dot.toggleAttribute("data-hollow", isRead);
  }

  draw(zoom, showsPath) {
    const { run, item } = this;
    const sections = showsPath && !item.of ? run.critical.get(item.row) : undefined;
    this.critical.toggleAttribute("hidden", !sections);
    if (sections) this.critical.setAttribute("d", lines(sections, zoom, this.height - 3));
    if (item.of) this.#drawMany(zoom);
    else this.#drawOne(zoom, item.row);
  }

  #drawOne(zoom, row) {
    const from = clipped(zoom.x(this.run.begin[row]), zoom.width);
    const to = clipped(zoom.x(this.run.end[row]), zoom.width);
    const isOutside = to < 0 || from > zoom.width;
    this.bar.parentNode.toggleAttribute("data-outside", isOutside);
    if (isOutside) return;
    const width = Math.max(THINNEST, to - from);
    const x = Math.min(from, zoom.width - THINNEST);
    for (const each of [this.bar, this.fault]) {
      each.setAttribute("x", x.toFixed(1));
      each.setAttribute("width", width.toFixed(1));
    }
    this.dot.setAttribute("cx", (x + width / 2).toFixed(1));
  }

  #drawMany(zoom) {
    this.bar.parentNode.removeAttribute("data-outside");
    const [top, bottom] = [Math.round(this.height * 0.28), Math.round(this.height * 0.72)];
    const { run, item } = this;
    this.many.setAttribute("d", boxes(run, item.of, zoom, top, bottom, () => true));
    const isFailed = (row) => run.is(row, FAILED);
    this.failed.setAttribute("d", boxes(run, item.of, zoom, top * 0.5, bottom + top * 0.5, isFailed));
  }
}

const clipped = (x, width) => Math.max(-BEYOND, Math.min(width + BEYOND, x));

const lines = (sections, zoom, y) => {
  let path = "";
  for (const [begin, end] of sections) {
    const [from, to] = [clipped(zoom.x(begin), zoom.width), clipped(zoom.x(end), zoom.width)];
    if (to < 0 || from > zoom.width) continue;
    path += `M${from.toFixed(1)} ${y}H${Math.max(from + 1, to).toFixed(1)}`;
  }
  return path;
};

// Rows by start; boxes that touch on the screen are one, so there are no more than pixels.
const boxes = (run, rows, zoom, top, bottom, wanted) => {
  let path = "";
  let [from, to] = [-Infinity, -Infinity];
  const box = () => {
    if (to < 0 || from > zoom.width) return;
    path += `M${from.toFixed(1)} ${top}H${to.toFixed(1)}V${bottom}H${from.toFixed(1)}Z`;
  };
  for (const row of rows) {
    if (!wanted(row)) continue;
    const begin = clipped(zoom.x(run.begin[row]), zoom.width);
    const end = Math.max(begin + 1.5, clipped(zoom.x(run.end[row]), zoom.width));
    if (begin <= to + 0.5) {
      to = Math.max(to, end);
      continue;
    }
    box();
    [from, to] = [begin, end];
  }
  box();
  return path;
};
