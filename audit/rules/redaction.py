"""What is taken out of spans before anything of them is stored.

A rule names attributes by globs, and may have a pattern: without one the whole value goes, with
one whatever it matches in the value's texts. A span's name, its status message and its events'
names go by `span.name`, `status.message` and `event.name`; what lies inside a value by a dot and
its key. Ids of traces and spans are never touched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar

from audit.rules.kinds import RuleKind
from audit.rules.patterns import PatternError, compiled, globs
from console.platform.errors import FieldProblem, InvalidInputError

MAX_NAME = 100
MAX_RULES = 100
MAX_GLOBS = 20


class Action(StrEnum):
    REMOVE = "remove"
    MASK = "mask"
    HASH = "hash"  # by a key of the tenant: equal values stay equal, and nobody reads them


@dataclass(frozen=True, slots=True)
class RedactionRule:
    name: str
    attributes: tuple[str, ...]
    pattern: str
    action: Action

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"attributes": list(self.attributes)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RedactionRule":
        """Of what `as_json` gave."""
        return cls(
            name=stored["name"],
            attributes=tuple(stored["attributes"]),
            pattern=stored["pattern"],
            action=Action(stored["action"]),
        )


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A rule that ships. It applies unless its code is switched off."""

    code: str
    purpose: str
    rule: RedactionRule


@dataclass(frozen=True, slots=True)
class Redaction:
    """A tenant's own rules, and the codes of built-in ones that it switched off."""

    kind: ClassVar[RuleKind] = RuleKind.REDACTION

    rules: tuple[RedactionRule, ...] = ()
    off: frozenset[str] = frozenset()

    @property
    def in_force(self) -> Sequence[RedactionRule]:
        """The tenant's own go first."""
        return (*self.rules, *(one.rule for one in BUILT_IN if one.code not in self.off))

    def checked(self) -> "Redaction":
        """Itself. Raises InvalidInputError with what does not hold, rule by rule."""
        problems = [problem for at, rule in enumerate(self.rules) for problem in _wrong(at, rule)]
        if len(self.rules) > MAX_RULES:
            detail = f"Keep at most {MAX_RULES} rules."
            problems.append(FieldProblem("rules", "too_many", detail))
        if unknown := sorted(self.off - CODES):
            detail = f"There is no built-in rule {unknown[0][:40]}."
            problems.append(FieldProblem("off", "unknown", detail))
        if problems:
            raise InvalidInputError(problems[0].detail, problems=problems)
        return self

    def as_json(self) -> dict[str, Any]:
        return {"rules": [rule.as_json() for rule in self.rules], "off": sorted(self.off)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Redaction":
        """Of what `as_json` gave. A built-in rule that a release no longer has is passed over."""
        rules = tuple(RedactionRule.from_json(rule) for rule in stored["rules"])
        return cls(rules, frozenset(stored["off"]) & CODES)


def _wrong(at: int, rule: RedactionRule) -> Iterator[FieldProblem]:
    where = f"rules.{at}"
    if not 0 < len(rule.name.strip()) <= MAX_NAME:
        detail = f"Give it a name of 1 to {MAX_NAME} characters."
        yield FieldProblem(f"{where}.name", "out_of_range", detail)
    if not 0 < len(rule.attributes) <= MAX_GLOBS:
        detail = f"Name 1 to {MAX_GLOBS} attributes."
        yield FieldProblem(f"{where}.attributes", "out_of_range", detail)
        return
    if not rule.pattern and all(set(name) <= set("*?") for name in rule.attributes):
        detail = "This would take out everything: name attributes, or give a pattern."
        yield FieldProblem(f"{where}.attributes", "too_wide", detail)
    try:
        globs(rule.attributes)
    except PatternError as error:
        yield FieldProblem(f"{where}.attributes", "bad_pattern", str(error))
    try:
        if rule.pattern:
            compiled(rule.pattern)
    except PatternError as error:
        yield FieldProblem(f"{where}.pattern", "bad_pattern", str(error))


TOKENS = "|".join(  # noqa: FLY002 - one kind of token a line
    (
        r"\bBearer [A-Za-z0-9._~+/=-]{20,}",
        r"\bsk-[A-Za-z0-9_-]{20,}",  # OpenAI, Anthropic and others
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe
        r"\bgh[opsur]_[A-Za-z0-9]{36,}",  # GitHub
        r"\bgithub_pat_[A-Za-z0-9_]{22,}",
        r"\bglpat-[A-Za-z0-9_-]{20,}",  # GitLab
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS
        r"\bAIza[A-Za-z0-9_-]{35}",  # Google
        r"\bhf_[A-Za-z0-9]{30,}",  # Hugging Face
        r"\bm(?:ns|sk)_[A-Za-z0-9]{60,}",  # ours
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*",  # JSON Web Tokens
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s]*(?:-----END [A-Z ]*-----)?",
    )
)
BUILT_IN = (
    BuiltIn(
        "authorization",
        "Authorization headers, by their names.",
        RedactionRule(
            "Authorization headers",
            ("*authorization", "*authorization.*", "*authenticate"),
            "",
            Action.MASK,
        ),
    ),
    BuiltIn(
        "cookies",
        "Cookies, by their names.",
        RedactionRule("Cookies", ("*cookie", "*cookies", "*cookie.*"), "", Action.MASK),
    ),
    BuiltIn(
        "api_keys",
        "API keys, passwords and secrets, by their names.",
        RedactionRule(
            "API keys and passwords",
            (
                *("*api_key", "*api-key", "*apikey", "*access_key", "*secret_key", "*private_key"),
                *("*access_token", "*refresh_token", "*auth_token", "*id_token", "*-token"),
                *("*password", "*passwd", "*client_secret", "*.secret", "secret"),
            ),
            "",
            Action.MASK,
        ),
    ),
    BuiltIn(
        "tokens",
        "What looks like a key or token, in any text.",
        RedactionRule("Keys and tokens in texts", ("*",), TOKENS, Action.MASK),
    ),
)
CODES = frozenset(one.code for one in BUILT_IN)
