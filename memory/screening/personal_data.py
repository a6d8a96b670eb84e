"""A first screen for personal data: an address, an account, a number that reaches a person."""

import re

from memory.screening.finding import Finding

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
PHONE = re.compile(r"(?<![\w.])\+\d[\d ()/-]{7,18}\d(?!\w)")


def iban_holds(text: str) -> bool:
    """The check of ISO 13616 (ISO 7064 MOD 97-10)."""
    compact = text.replace(" ", "")
    digits = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def screen_personal_data(content: str) -> list[Finding]:
    spans = [("email address", m.start(), m.end()) for m in EMAIL.finditer(content)]
    spans += [
        ("bank account (IBAN)", m.start(), m.end())
        for m in IBAN.finditer(content)
        if iban_holds(m.group())
    ]
    spans += [("phone number", m.start(), m.end()) for m in PHONE.finditer(content)]
    # The finding says where, not what: the text itself stays in the version alone.
    return [
        Finding("personal_data", f"It contains a {what}.", "note", 0.1, start, end)
        for what, start, end in spans
    ]
