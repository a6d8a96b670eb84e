// The part of the axis that is seen: `from` and `to` are places, `width` the pixels it has.
const CLOSEST = 1e-8;
const KEY_FACTOR = 1.6;
const KEY_SHARE = 0.2;

export class Zoom {
  constructor(onChange) {
    this.from = 0;
    this.to = 1;
    this.width = 1;
    this.onChange = onChange;
  }

  get isWhole() {
    return this.from <= 0 && this.to >= 1;
  }

  x(place) {
    return ((place - this.from) / (this.to - this.from)) * this.width;
  }

  place(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  show(from, to) {
    const length = Math.min(1, Math.max(CLOSEST, to - from));
    this.from = Math.min(1 - length, Math.max(0, from));
    this.to = this.from + length;
    this.onChange();
  }

  // Around the place at `x`, which stays where it is.
  by(factor, x = this.width / 2) {
    const [fixed, length] = [this.place(x), (this.to - this.from) / factor];
    const from = fixed - (x / this.width) * length;
    this.show(from, from + length);
  }

  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  // So that [begin, end] is in sight, with as little change as does it.
  reveal(begin, end) {
    const length = this.to - this.from;
    if (begin >= this.from && begin <= this.to) return;
    const middle = Math.min(begin + length / 2, (begin + end) / 2);
    this.show(middle - length / 2, middle + length / 2);
  }

  key(event) {
    if (event.key === "+" || event.key === "=") this.by(KEY_FACTOR);
    else if (event.key === "-") this.by(1 / KEY_FACTOR);
    else if (event.key === "0") this.show(0, 1);
    else if (event.shiftKey && event.key === "ArrowLeft") this.pan(-KEY_SHARE);
    else if (event.shiftKey && event.key === "ArrowRight") this.pan(KEY_SHARE);
    else return false;
    return true;
  }

  // Ctrl or Alt and the wheel zoom at the pointer; sideways or with Shift it pans; else it scrolls.
  wheel(event, left) {
    const pixels = event.deltaMode === 1 ? 16 : 1;
    const [sideways, down] = [event.deltaX * pixels, event.deltaY * pixels];
    if (event.ctrlKey || event.altKey || event.metaKey) {
      this.by(Math.exp(-down / 300), Math.min(this.width, Math.max(0, event.clientX - left)));
    } else if (event.shiftKey || Math.abs(sideways) > Math.abs(down)) {
      this.pan((sideways || down) / this.width);
    } else return false;
    return true;
  }
}
