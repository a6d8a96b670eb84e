// One line of the list: its element is cloned from the page's template and used again.
import { FAILED, MISSING, RUNNING } from "./model.js";
import { Track } from "./track.js";
import { figure, took } from "./words.js";

const DEEPEST = 9;

export class Line {
  constructor(template, sprite) {
    this.li = template.content.firstElementChild.cloneNode(true);
    this.fold = this.li.querySelector(".waterfall-fold");
    this.link = this.li.querySelector(".waterfall-name");
    [this.icon, this.name, this.times, this.said] = this.link.children;
    this.time = this.li.querySelector(".waterfall-time");
    this.track = new Track(this.li.querySelector(".track"));
    this.sprite = sprite;
  }

  show(index, item, { run, state, height, trackHeight, address, count }) {
    const { row, of, kind } = item;
    const lane = run.lanes[run.lane[row]];
    const isMissing = !of && run.is(row, MISSING);
    const errors = (of ?? [row]).filter((one) => run.is(one, FAILED)).length;
    this.item = item;
    this.index = index;
    this.li.dataset.tone = lane.tone;
    this.li.dataset.depth = String(Math.min(item.depth, DEEPEST));
    this.li.toggleAttribute("data-memory", !of && run.isMemory(row));
    this.li.toggleAttribute("data-fault", errors > 0);
    this.li.toggleAttribute("data-context", Boolean(item.isContext));
    this.li.setAttribute("aria-level", String(item.depth + 1));
    this.li.setAttribute("aria-posinset", String(index + 1));
    this.li.setAttribute("aria-setsize", String(count));
    this.li.style.top = `${index * height}px`;
    this.icon.firstElementChild.setAttribute("href", `${this.sprite}#${isMissing ? "step" : lane.icon}`);
    this.name.textContent = kind === "lane" ? lane.name : isMissing ? "Not received yet" : run.name(row);
    this.link.title = isMissing || kind === "lane" ? "" : run.name(row);
    this.link.classList.toggle("muted", isMissing);
    this.times.textContent = of ? `× ${figure(of.length)}` : "";
    this.times.hidden = !of;
    this.said.textContent = said(kind, lane, errors, isMissing);
    if (isMissing) this.link.removeAttribute("href");
    else this.link.href = of ? `?unfold=${item.key}` : `${address}/${run.path(row)}`;
    this.#showFold(run, state);
    this.time.textContent = time(run, item, isMissing);
    this.track.show(run, item, trackHeight);
  }

  #showFold(run, state) {
    const { of, row, key } = this.item;
    const folds = of || (state.view === "tree" && !state.errorsFirst && run.encloses(row));
    this.fold.hidden = !folds;
    if (!folds) return;
    this.isOpen = of ? state.unfolded.has(key) : !state.folded.has(run.key(row));
    this.fold.setAttribute("aria-expanded", String(this.isOpen));
    this.fold.setAttribute("aria-label", `Steps of ${this.name.textContent}`);
  }

  mark({ isSelected, isActive, isFound }) {
    if (isSelected) this.li.setAttribute("aria-current", "true");
    else this.li.removeAttribute("aria-current");
    this.li.toggleAttribute("data-found", isFound);
    this.link.tabIndex = isActive ? 0 : -1;
  }
}

const said = (kind, lane, errors, isMissing) => {
  if (isMissing) return "";
  if (kind === "lane") return errors ? `, ${errors} failed` : "";
  const repeated = kind === "repeat" ? ", repeated" : "";
  const failed = kind === "repeat" ? `, ${errors} failed` : ", failed";
  return `, ${lane.name}${repeated}${errors ? failed : ""}`;
};

const time = (run, { row, of, kind }, isMissing) => {
  if (isMissing || kind === "lane") return "";
  if (!of) return run.is(row, RUNNING) ? "running" : took(run.length[row]);
  const ends = Math.max(...of.slice(-50).map((one) => run.start[one] + run.length[one]));
  return took(Math.max(0, ends - run.start[row]));
};
