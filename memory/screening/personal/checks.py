"""Check digits beyond those that python-stdnum knows. Each takes the text as it was found."""

import ipaddress
import re
from collections.abc import Callable
from typing import Protocol

from stdnum import luhn
from stdnum.es import nif
from stdnum.fi import hetu

SEPARATORS = re.compile(r"[\s./:()+-]")
IPV6, SHORTEST_IPV6 = 6, 6
NIF_CHARACTERS = 9
# By the first digit, how long the numbers of its issuers are.
CARD_DIGITS = {
    "1": (15,),
    "2": (15, 16),
    "3": (14, 15, 16),
    "4": (13, 16, 19),
    "5": range(12, 20),
    "6": range(12, 20),
}
IDENTITY_CARD_WEIGHTS = (7, 3, 1)


class Numbering(Protocol):
    """A module of python-stdnum."""

    def is_valid(self, number: str) -> bool: ...


def by(module: Numbering) -> Callable[[str], bool]:
    return module.is_valid


def digits_of(text: str) -> str:
    return SEPARATORS.sub("", text)


def card_holds(text: str) -> bool:
    """ISO/IEC 7812: the length of its issuer, and Luhn."""
    digits = digits_of(text)
    return len(digits) in CARD_DIGITS.get(digits[0], ()) and luhn.is_valid(digits)


def hetu_holds(text: str) -> bool:
    """The Finnish code, those given for a stay included."""
    return bool(hetu.is_valid(text, allow_temporary=True))


def nif_holds(text: str) -> bool:
    """The Spanish number, which is often written without its leading zeros."""
    return bool(nif.is_valid(text.replace("-", "").zfill(NIF_CHARACTERS)))


def provider_holds(text: str) -> bool:
    """The US National Provider Identifier: Luhn over 80840 and the number."""
    return luhn.is_valid("80840" + digits_of(text))


def identity_card_holds(text: str) -> bool:
    """ICAO 9303: weights 7, 3, 1; letters count from A = 10."""
    number, check = text[:-1].upper(), text[-1]
    total = sum(
        int(character, 36) * IDENTITY_CARD_WEIGHTS[position % 3]
        for position, character in enumerate(number)
    )
    return check.isdigit() and total % 10 == int(check)


def health_insurance_holds(text: str) -> bool:
    """The German health insurance number: the letter as two digits, weights 1 and 2, crossfoot."""
    letter, rest = ord(text[0].upper()) - 64, text[1:]
    digits = [int(digit) for digit in f"{letter:02d}{rest[:-1]}"]
    weighed = (digit * (1 + position % 2) for position, digit in enumerate(digits))
    return sum(product // 10 + product % 10 for product in weighed) % 10 == int(rest[-1])


def medicare_holds(text: str) -> bool:
    """The Australian Medicare number: weights 1 3 7 9 1 3 7 9 over the first eight digits."""
    digits = [int(digit) for digit in digits_of(text)]
    weights = (1, 3, 7, 9, 1, 3, 7, 9)
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 10 == digits[8]


def singapore_holds(text: str) -> bool:
    """The NRIC and FIN of Singapore: weights 2 7 6 5 4 3 2, an offset and a letter by series."""
    series, digits, letter = text[0].upper(), text[1:8], text[8].upper()
    total = sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(series, 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}
    return letters.get(series, "XWUTRQPNMLK")[total % 11] == letter


def social_security_holds(text: str) -> bool:
    """The US number as it was issued until 2011 and since: no group is all zeros."""
    digits = digits_of(text)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return (
        area not in {"000", "666"}
        and not area.startswith("9")
        and group != "00"
        and serial != "0000"
    )


def address_holds(text: str) -> bool:
    """An address of the internet that leads somewhere: not unspecified, not the loopback."""
    try:
        address = ipaddress.ip_address(re.split("[/%]", text, maxsplit=1)[0])
    except ValueError:
        return False
    is_short = address.version == IPV6 and len(text) < SHORTEST_IPV6  # 1::2 is a ratio
    return not (is_short or address.is_unspecified or address.is_loopback)


def hardware_address_holds(text: str) -> bool:
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return digits not in {"0" * 12, "f" * 12}
