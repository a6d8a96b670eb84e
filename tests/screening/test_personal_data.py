"""What reaches, pays or identifies a person is found where it stands, and little else is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.screening import ScreenContext, screen
from memory.screening.personal_data import screen_personal_data


def found(text):
    return [(one.label, text[one.start : one.end]) for one in screen_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "label", "span"),
    [
        ("Write to jonas.weber@example.org, please.", "email address", "jonas.weber@example.org"),
        ("Ring +49 40 1234567 after four.", "phone number", "+49 40 1234567"),
        ("Call (212) 555-0123 before noon.", "phone number", "(212) 555-0123"),
        ("You can call 33 93 31.", "phone number", "33 93 31"),
        (
            "Pay to DE89 3704 0044 0532 0130 00 today.",
            "bank account (IBAN)",
            "DE89 3704 0044 0532 0130 00",
        ),
        (
            "Pay to DE89370400440532013000 or cash.",
            "bank account (IBAN)",
            "DE89370400440532013000",
        ),
        ("My card is 4111 1111 1111 1111.", "card number", "4111 1111 1111 1111"),
        ("His SSN is 659305098.", "social security number", "659305098"),
        ("Number 659-30-5098 on file.", "social security number", "659-30-5098"),
        ("Seen from 203.0.113.7 twice.", "internet address", "203.0.113.7"),
        ("Seen from fe80::1%eth0 twice.", "internet address", "fe80::1%eth0"),
        ("Device 00:1B:44:11:3A:B7 is hers.", "hardware address", "00:1B:44:11:3A:B7"),
        (
            "Codice RSSMRA85T10A562S sul modulo.",
            "tax number (Italy)",
            "RSSMRA85T10A562S",
        ),
        ("Hetu on 131052-308T.", "personal identity code", "131052-308T"),
        ("Her NHS number: 943 476 5919.", "NHS number", "943 476 5919"),
        ("She was born on 2/7/1961.", "date of birth", "2/7/1961"),
        ("Geboren am 12. März, PLZ 20095.", "postcode", "20095"),
    ],
)
def test_what_is_personal_is_found_where_it_stands(text, label, span):
    assert (label, span) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Customer 4711 asked about invoice 2024-118 of 349.90 EUR on 2024-01-18 at 10:30:22.",
        "Ticket 20240118345, order 100200300, build 1.2.3-rc4.",
        "Card 4111 1111 1111 1112 fails its check digit.",
        "DE89 3704 0044 0532 0130 01 fails its check digits.",
        "SSN-shaped 000-12-3456 was never issued.",
        "The ratio is 1::2, or 3.14, and @jonas agreed.",
        "Version 10.2 since Mon-Fri, room 12-B.",
    ],
)
def test_what_only_looks_like_it_is_not(text):
    assert found(text) == []


def test_what_stands_beside_the_content_is_screened_too_and_says_where():
    context = ScreenContext(
        value={"contact": {"mail": ["x", "jonas@example.org"]}, "ssn": 659305098},
        metadata={"ip": "203.0.113.7"},
        source="https://crm.example/?q=anna@example.org",
    )
    findings = {(one.path, one.label) for one in screen("Nothing here.", context) if one.label}
    assert findings == {
        ("/value/contact/mail/1", "email address"),
        ("/value/ssn", "social security number"),
        ("/metadata/ip", "internet address"),
        ("/source", "email address"),
    }


def test_a_text_of_numbers_only_is_held_rather_than_searched_without_end():
    text = "+49 40 1234567 " * 2_000
    began = time.process_time()
    findings = screen_personal_data(text)
    # A thousand times what it takes: only a search without bound is as slow.
    assert time.process_time() - began < 5
    assert findings[-1].code == "too_many_numbers"
    assert findings[-1].severity == "review"


@given(st.text(alphabet="aA1 @.-:+()/é\n0", max_size=300))
def test_every_span_lies_in_the_text_and_none_overlap(text):
    findings = screen_personal_data(text)
    ends = [0]
    for one in findings:
        assert ends[-1] <= one.start <= one.end <= len(text)
        ends.append(one.end)
