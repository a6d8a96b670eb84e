// Instants on an axis whose idle stretches are folded, and back. The server folds
// (audit/timelines/axis.py); places are from 0 to 1.
export class Axis {
  constructor(segments) {
    this.segments = segments.map(([start, end, offset, width, isIdle]) => ({
      start,
      end,
      offset,
      width,
      isIdle,
    }));
  }

  place(instant) {
    const segment = this.#segment((one) => one.start <= instant);
    if (!segment || instant <= segment.start) return segment?.offset ?? 0;
    const length = segment.end - segment.start;
    const share = length ? Math.min(1, (instant - segment.start) / length) : 1;
    return segment.offset + segment.width * share;
  }

  instant(place) {
    const segment = this.#segment((one) => one.offset <= place);
    if (!segment) return 0;
    const share = segment.width ? (place - segment.offset) / segment.width : 0;
    return segment.start + (segment.end - segment.start) * Math.min(1, Math.max(0, share));
  }

  // The last one of which this holds; the first where it holds of none.
  #segment(holds) {
    let [low, high] = [0, this.segments.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (holds(this.segments[middle])) low = middle;
      else high = middle - 1;
    }
    return this.segments[low];
  }
}
