"""Keys, tokens and passwords in a text: the shapes that detect-secrets knows, and named secrets."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from memory.screening.finding import Finding
from memory.screening.stretches import long_words, places_of, stretches

MOST_FINDINGS = 100
# No secret is shorter.
SHORTEST = 20
# Words are cut at a length: some shapes look back and forth over it.
LONGEST = 2_000

PLUGINS: tuple[type[RegexBasedDetector], ...] = (
    ArtifactoryDetector,
    AWSKeyDetector,
    AzureStorageKeyDetector,
    DiscordBotTokenDetector,
    GitHubTokenDetector,
    GitLabTokenDetector,
    JwtTokenDetector,
    MailchimpDetector,
    OpenAIDetector,
    PypiTokenDetector,
    SendGridDetector,
    SlackDetector,
    SquareOAuthDetector,
    StripeDetector,
    TelegramBotTokenDetector,
    TwilioKeyDetector,
)
# Our own, and those made since the last release of detect-secrets.
NEWER = (
    ("Mnemoscope key", r"mns_[0-9A-Za-z]{22}_[0-9A-Za-z]{46}"),
    ("GitHub token", r"github_pat_\w{60,90}"),
    ("OpenAI key", r"sk-(?:proj|svcacct|admin)-[\w-]{40,200}"),
    ("Anthropic key", r"sk-ant-[\w-]{40,200}"),
    ("Google API key", r"AIza[\w-]{35}"),
    ("Hugging Face token", r"hf_[A-Za-z]{34}"),
    ("password in an address", r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,100}:[^\s:/@]{1,200}@"),
)
JWT = str(JwtTokenDetector.secret_type)
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    *((str(plugin.secret_type), pattern) for plugin in PLUGINS for pattern in plugin().denylist),
    *((label, re.compile(pattern)) for label, pattern in NEWER),
)
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[^-]{0,20000}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
)
# "password: hunter2!", "the API key is 9f8e...": named as one, and not an ordinary word.
NAMED = re.compile(
    r"\b(?:pass(?:word|wd|code|phrase)?|pwd|passwort|contraseña|secret(?:[ _-]?key)?"
    r"|(?:api|access|auth|private|signing)[ _-]?(?:key|token)|bearer|token|pin)\b"
    r"[\"'`]?(?=[\s:=])\s{0,3}(?:is|are|=|:=|:|=>|lautet|ist|es)?\s{0,3}[\"'`]?"
    r"(?P<secret>[^\s\"'`,;()]{4,200})",
    re.IGNORECASE,
)
# Every name holds one of these; from there it and its secret reach no further.
NAMES = ("pass", "pwd", "contrase", "secret", "key", "token", "bearer", "pin")
LONGEST_NAME, NAMED_AFTER = 20, 260
PIN = re.compile(r"\d{4,8}\Z")


def screen_secrets(content: str) -> list[Finding]:
    findings: list[Finding] = []
    reached = 0
    for start, end, label, weight in sorted(_spans(content)):
        start = max(start, reached)  # noqa: PLW2901 - of two that overlap, the rest
        if start >= end:
            continue
        if len(findings) == MOST_FINDINGS:
            # What is not marked could not be redacted.
            detail = "It holds more secrets than are marked one by one."
            return [*findings, Finding("too_many_secrets", detail, "quarantine", 0.9)]
        reached = end
        detail = f"It contains a secret: {label}."
        findings.append(
            Finding("secret", detail, "review", weight, start, end, label=f"secret: {label}")
        )
    return findings


def _spans(content: str) -> Iterator[tuple[int, int, str, float]]:
    for found in PRIVATE_KEY.finditer(content):
        yield *found.span(), "private key", 0.95
    yield from _named(content)
    yield from _shaped(content)


def _named(content: str) -> Iterator[tuple[int, int, str, float]]:
    names = ((at, at) for at in places_of(NAMES, content.lower()))
    for stretch in stretches(names, before=LONGEST_NAME, after=NAMED_AFTER):
        for found in NAMED.finditer(content, *stretch):
            if _is_no_word(found.group("secret")):
                yield *found.span("secret"), "password or key", 0.7


def _shaped(content: str) -> Iterator[tuple[int, int, str, float]]:
    pieces = [
        (cut, content[cut : min(cut + LONGEST, closes)])
        for opens, closes in long_words(content, least=SHORTEST)
        for cut in range(opens, closes, LONGEST)
    ]
    if not pieces:
        return
    # Each shape reads all of them at once, a line each.
    lines = "\n".join(piece for _, piece in pieces)
    begins = list(accumulate((len(piece) + 1 for _, piece in pieces), initial=0))
    for label, shape in SHAPES:
        for found in shape.finditer(lines):
            said = found.group()
            if label == JWT and not _is_token(said):
                continue
            # Some shapes take in the white space around.
            start = found.start() + said.startswith("\n")
            line = bisect_right(begins, start) - 1
            moved = pieces[line][0] - begins[line]
            yield start + moved, found.end() - said.endswith("\n") + moved, label, 0.9


def _is_no_word(text: str) -> bool:
    """Digits among letters or signs, or case that no word has: not "is required"."""
    text = text.rstrip(".!?:")
    mixed = any(map(str.isdigit, text)) and not text.isdigit()
    odd_case = text[1:] != text[1:].lower() and text != text.upper()
    signs = any(character in "!#$%^&*+=@~" for character in text)
    return mixed or odd_case or signs or bool(PIN.match(text))


def _is_token(text: str) -> bool:
    return bool(JwtTokenDetector.is_formally_valid(text))
