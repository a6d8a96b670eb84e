"""Numbers and spans of time in as few signs as tell them apart."""

from datetime import timedelta
from math import floor, log10

MOST_COUNTED = 1000
THOUSANDS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
BELOW_A_MINUTE = (
    (1_000, 1, "ns"),
    (10**6, 1_000, "µs"),
    (10**9, 10**6, "ms"),
    (60 * 10**9, 10**9, "s"),
)
STEPS = (
    (timedelta(minutes=1), timedelta(seconds=1), "s"),
    (timedelta(hours=1), timedelta(minutes=1), "min"),
    (timedelta(days=1), timedelta(hours=1), "h"),
    (timedelta(days=60), timedelta(days=1), "d"),
    (timedelta(days=730), timedelta(days=30), "mo"),
    (timedelta.max, timedelta(days=365), "y"),
)


def relative(distance: timedelta) -> str:
    """`3 min ago`, `in 5 d`: how far from now, in its largest unit."""
    size = abs(distance)
    if size < timedelta(seconds=10):
        return "just now"
    amount = next(f"{size // unit} {name}" for below, unit, name in STEPS if size < below)
    return f"in {amount}" if distance > timedelta(0) else f"{amount} ago"


def took(nanoseconds: int, *, units: int = 2) -> str:
    """`840 ms`, `1.24 s`, `3 min 12 s`, `2 d 4 h`: three digits, or so many neighbouring units."""
    for below, unit, name in BELOW_A_MINUTE:
        if nanoseconds < below:
            return f"{_three_digits(nanoseconds / unit)} {name}"
    left = nanoseconds // 10**9
    parts: list[tuple[int, str]] = []
    for name, seconds in UNITS:
        amount, left = divmod(left, seconds)
        if amount or parts:
            parts.append((amount, name))
    return " ".join(f"{amount} {name}" for amount, name in parts[:units] if amount)


def bounded(count: int) -> str:
    """A count that stopped counting at MOST_COUNTED."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def compact(number: int) -> str:
    """`980`, `1.2k`, `45k`, `3.1M`: two digits or three, where the table has the rest."""
    for size, name in THOUSANDS:
        if number >= size:
            return f"{_cut(number, size)}{name}"
    return str(number)


def dollars(nanos: int) -> str:
    """`$12.34`, `$0.0021`: cents from a dollar on, below it two digits that tell something."""
    amount = nanos / 10**9
    if nanos == 0 or abs(amount) >= 1:
        return f"${amount:,.2f}"
    places = max(2, 1 - floor(log10(abs(amount))))
    return f"${amount:.{places}f}"


def _cut(number: int, size: int) -> str:
    """Cut, not rounded: 999,999 is no million."""
    tenths = number * 10 // size
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}" if tenth and whole < 10 else str(whole)  # noqa: PLR2004


def _three_digits(number: float) -> str:
    digits = 0 if number >= 99.95 else 1 if number >= 9.995 else 2  # noqa: PLR2004
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
