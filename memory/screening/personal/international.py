"""What reaches or pays a person anywhere: accounts, cards, wallets, addresses of machines.

Shapes, scores and telling words of these tables follow the pattern recognisers of Microsoft
Presidio 2.2.366 (MIT, Copyright (c) Microsoft Corporation); ADR 0008 tells why Presidio itself is
not run. Numbers of companies are no personal data and are left out.
"""

from stdnum import bitcoin, iban

from memory.screening.personal.checks import (
    address_holds,
    by,
    card_holds,
    hardware_address_holds,
)
from memory.screening.personal.recogniser import Recogniser, recogniser

CARD = "card credit visa mastercard amex discover maestro diners jcb cc debit kreditkarte"
PLATE = "plate plates bike vehicle registration car kennzeichen kfz nummernschild plaka auto reg"
POSTCODE = "postcode postal zip plz postleitzahl address adresse lives wohnt wohnort"
BORN = "born birth birthday dob birthdate geboren geburtsdatum geburtstag née né nacimiento nascita"
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
MONTH = r"(?:0?[1-9]|1[0-2])"
YEAR = r"(?:(?:19|20)\d{2}|\d{2})"
NAMED = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"

INTERNATIONAL: tuple[Recogniser, ...] = (
    recogniser(
        "bank account (IBAN)",
        0.5,
        8,
        r"\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}"
        r"|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -](?=[A-Z]{0,2}\d)[A-Z0-9]{1,3})?)\b",
        check=by(iban),
        told_by="iban bank account konto",
    ),
    recogniser(
        "bank account (IBAN)",
        0.5,
        8,
        r"\b[A-Z]{2}\d{2}(?:[ -][A-Z0-9]{4}){2,7}[ -][A-Z0-9]{1,3}\b",
        check=by(iban),
        told_by="iban bank account konto",
    ),
    recogniser(
        "card number", 0.3, 13, r"\b[1-6](?:[ -]?\d){12,18}\b", check=card_holds, told_by=CARD
    ),
    recogniser(
        "wallet address",
        0.4,
        3,
        r"\b(?:bc1q[a-z0-9]{25,59}|[13][a-km-zA-HJ-NP-Z1-9]{25,34})\b",
        check=by(bitcoin),
        told_by="wallet btc bitcoin crypto",
    ),
    recogniser("card number", 0.05, 12, r"\b\d{12}\b", check=card_holds, told_by=CARD),
    recogniser("wallet address", 0.6, 2, r"\bbc1p[a-z0-9]{58}\b"),
    recogniser(
        "internet address",
        0.25,
        4,
        r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]\d)",
        check=address_holds,
        told_by="ip ipv4 address",
    ),
    recogniser(
        "internet address",
        0.25,
        0,
        r"(?<![\w:])(?=[0-9A-Fa-f]*:)(?:[0-9A-Fa-f]{0,4}:){2,7}"
        r"(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4})(?:%\w{1,16})?(?![\w:])",
        check=address_holds,
        told_by="ip ipv6 address",
    ),
    recogniser(
        "hardware address",
        0.25,
        0,
        r"\b(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
        r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})\b",
        check=hardware_address_holds,
        told_by="mac hardware physical",
    ),
    recogniser(
        "number plate",
        0.1,
        2,
        r"\b[A-ZÄÖÜ]{1,3}[ -]?(?:[A-Z]{1,2}[ -]?)?\d{1,4}[ -]?[A-Z]{0,3}\b",
        told_by=PLATE,
    ),
    recogniser("number plate", 0.1, 2, r"\b\d{2} ?[A-Z]{1,3} ?\d{2,5}\b", told_by=PLATE),
    recogniser("postcode", 0.4, 2, r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"),
    recogniser(
        "postcode",
        0.1,
        2,
        r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}(?:-\d{4})?)\b",
        told_by=POSTCODE,
    ),
    recogniser(
        "date of birth",
        0.1,
        2,
        rf"\b(?:{DAY}[./-]{MONTH}[./-]{YEAR}|{MONTH}[./-]{DAY}[./-]{YEAR}|\d{{4}}-{MONTH}-{DAY}"
        rf"|{DAY}(?:st|nd|rd|th|\.)? {NAMED},? \d{{4}}|{NAMED} {DAY}(?:st|nd|rd|th)?,? \d{{4}})\b",
        told_by=BORN,
    ),
)
