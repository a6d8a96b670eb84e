// Lengths of time and instants in as few signs as tell them apart (console/web/quantities.py).
const SMALL = [
  [1e3, 1, "ns"],
  [1e6, 1e3, "µs"],
  [1e9, 1e6, "ms"],
  [6e10, 1e9, "s"],
];
const LARGE = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

export const took = (nanoseconds) => {
  for (const [below, unit, name] of SMALL) {
    if (nanoseconds < below) return `${digits(nanoseconds / unit)} ${name}`;
  }
  let left = Math.floor(nanoseconds / 1e9);
  const parts = [];
  for (const [seconds, name] of LARGE) {
    const amount = Math.floor(left / seconds);
    left %= seconds;
    if (amount || parts.length) parts.push([amount, name]);
  }
  return parts
    .slice(0, 2)
    .filter(([amount]) => amount)
    .map(([amount, name]) => `${amount} ${name}`)
    .join(" ");
};

const digits = (number) =>
  String(Number(number.toFixed(number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2)));

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const two = (number) => String(number).padStart(2, "0");

// `day` is said where it is not that of the label before.
export const clock = (unixNanoseconds, dayBefore) => {
  const at = new Date(Number(unixNanoseconds / 1_000_000n));
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
  const hour = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return { day, text: day === dayBefore ? `${hour}:${two(at.getUTCSeconds())}` : `${day} ${hour}` };
};

export const figure = (number) => number.toLocaleString("en-US");
