"""Telephone numbers, checked by Google's libphonenumber (as Presidio does)."""

import re

import phonenumbers

from memory.screening.personal.recogniser import TOLD, words

CANDIDATE = re.compile(
    r"(?<![\w.@/+-])(?:\+|\(\+)?\(?\d(?:[ ().\u00a0/-]{0,2}\d){5,15}(?![\w@])", re.ASCII
)
GROUPED = re.compile(r"\d[ ()./-]+\d")
NORTH_AMERICAN = re.compile(r"\(?[2-9]\d{2}\)?[ .-]{1,2}\d{3}[ .-]\d{4}\Z")
DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?![./-]?\d)")
WORDS = words(
    "phone phones telephone tel mobile cell call called calls callback ring fax whatsapp sms"
    " dial telefon handy anrufen mobil teléfono móvil llamar téléphone"
    " portable appeler telefono cellulare cep"
)
# As files and invoices are counted.
YEARLY = re.compile(r"(?:19|20)\d{2}[/-]\d+\Z")
# Where a number without its country most likely rings; a telling word admits any of them.
COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "AU", "TR", "PH", "BR", "JP")
INTERNATIONAL = 0.7
NATIONAL = 0.5
DOUBTFUL = 0.1
LEAST_DIGITS = 6
LEAST_NATIONAL = 9


def phone_score(number: str, *, told: bool) -> float:
    """How telling a candidate is, 0 to 1; what is in doubt wants a telling word near it."""
    if DATE.match(number) or YEARLY.match(number):
        return 0.0
    by_word = TOLD if told else 0.0
    if number.startswith(("+", "(+", "00")):
        return INTERNATIONAL + by_word if _rings(number) else 0.0
    if number.startswith(("0", "(0")) or NORTH_AMERICAN.match(number):
        if _rings_somewhere(number):
            return NATIONAL + by_word
    elif not told:
        return 0.0
    return DOUBTFUL + by_word if GROUPED.search(number) or _rings_somewhere(number) else 0.0


def _rings_somewhere(number: str) -> bool:
    # Without its area code a number rings nowhere for certain.
    return sum(map(str.isdigit, number)) >= LEAST_NATIONAL and any(
        _rings(number, country) for country in COUNTRIES
    )


def _rings(number: str, country: str | None = None) -> bool:
    text = "+" + number[2:] if number.startswith("00") and country is None else number
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return False
    if country is None:
        return bool(phonenumbers.is_possible_number(parsed))
    return bool(phonenumbers.is_valid_number(parsed))
