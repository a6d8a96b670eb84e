"""One bar up to one, with the mark it should reach."""

from dataclasses import dataclass

GOOD, SHORT = "ok", "warn"


@dataclass(frozen=True, slots=True)
class Meter:
    """`share` and `target` are from 0 to 1; a share of nothing is None and is not drawn."""

    id: str
    title: str
    share: float | None
    target: float | None
    text: str
    detail: str
    tone: str
    href: str = ""

    @property
    def description(self) -> str:
        reach = f", to reach {_percent(self.target)}" if self.target is not None else ""
        return f"{self.title}: {self.text}{reach}. {self.detail}"


def meter(
    *,
    id: str,  # noqa: A002 - the name of the attribute
    title: str,
    part: int,
    whole: int,
    target: float | None = None,
    href: str = "",
) -> Meter:
    """Raises ValueError where the part is more than the whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share.")
    if not whole:
        return Meter(id, title, None, target, "none yet", "Nothing to measure.", "neutral", href)
    share = part / whole
    tone = GOOD if target is None or share >= target else SHORT
    return Meter(id, title, share, target, _percent(share), f"{part:,} of {whole:,}", tone, href)


def _percent(share: float) -> str:
    """Never 100 % of what lacks one, nor 0 % of what has one."""
    if 0 < share < 0.01:  # noqa: PLR2004
        return "<1 %"
    if 0.99 < share < 1:  # noqa: PLR2004
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
