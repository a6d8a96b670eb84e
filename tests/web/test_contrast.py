"""The tokens' contrast, in both themes (WCAG 2.2: 1.4.3 for text, 1.4.11 for controls)."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.PROJECT_ROOT / "static" / "css" / "tokens.css").read_text()
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS
    )
}
TONES = ("accent", "ok", "warn", "danger", "hold", "info", "rose")
GROUNDS = ("page", "surface", "surface-2", "surface-3")
TEXT = [(ink, ground) for ink in ("ink", "ink-2") for ground in GROUNDS]
TEXT += [(f"{tone}-11", ground) for tone in TONES for ground in (*GROUNDS, f"{tone}-3")]
TEXT += [("ink", f"{tone}-3") for tone in TONES]
TEXT += [("on-solid", f"{tone}-9") for tone in TONES]
CONTROLS = [("line-strong", ground) for ground in ("page", "surface", "surface-2")]
CONTROLS += [(f"{tone}-9", ground) for tone in TONES for ground in (*GROUNDS, f"{tone}-3")]


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(pairs: list[tuple[str, str]], theme: int, least: float) -> dict[str, float]:
    ratios = {
        f"{mark} on {ground}": contrast(COLOURS[mark][theme], COLOURS[ground][theme])
        for mark, ground in pairs
    }
    return {pair: ratio for pair, ratio in ratios.items() if ratio < least}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(theme):
    assert too_faint(TEXT, theme, 4.5) == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_controls_and_marks_can_be_seen_on_their_ground(theme):
    assert too_faint(CONTROLS, theme, 3) == {}
