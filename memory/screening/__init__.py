"""What is wrong with a write, before policy says what to do about it."""

from collections.abc import Callable

import structlog

from memory.screening.finding import Finding
from memory.screening.injection import screen_injection
from memory.screening.personal_data import screen_personal_data

log = structlog.get_logger(__name__)

DETECTORS: tuple[tuple[str, Callable[[str], list[Finding]]], ...] = (
    ("injection", screen_injection),
    ("personal_data", screen_personal_data),
)


def screen(content: str) -> list[Finding]:
    """Every detector's findings. One that fails quarantines; it never waves through."""
    findings: list[Finding] = []
    for name, detect in DETECTORS:
        try:
            findings += detect(content)
        except Exception:  # whatever broke it, the write must not pass unscreened
            log.exception("detector_failed", detector=name)
            findings.append(
                Finding("detector_failed", f"The {name} screen failed.", "quarantine", 1.0)
            )
    return findings


__all__ = ["DETECTORS", "Finding", "screen"]
