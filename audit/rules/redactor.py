"""A tenant's redaction rules, compiled.

Most spans hold nothing to take out, and cost two looks: whether all of their attributes' names are
known as harmless, and whether one pattern finds anything in all of their texts.
"""

import hmac
from bisect import bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate, islice
from typing import TypeAlias

import orjson

from audit.ingest.record import Attributes, Source, SpanRecord, Value
from audit.rules.patterns import Match, Pattern, compiled, globs, union
from audit.rules.redaction import Action, RedactionRule

SPAN_NAME, STATUS_MESSAGE, EVENT_NAME = "span.name", "status.message", "event.name"
MASK = "[masked]"
REMOVED = "[removed]"  # of what must have some text
# Attribute names are few; an agent that makes up names gets no more of our memory than this.
MAX_NAMES = 20_000
# A text with more to take out goes as a whole: to find each may take reading all that follows it.
MAX_MATCHES = 1_000
MAX_READ = 50_000_000
HASH_DIGITS = 16


Suspects: TypeAlias = "AbstractSet[str]"
NONE: Suspects = frozenset()
PLAIN = {int, float, bool, type(None)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of an attribute of one name: the whole of it, or what patterns match in it."""

    whole: Action | None
    parts: tuple[tuple[Pattern, Action], ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    names: Pattern
    pattern: Pattern | None
    action: Action


class Redactor:
    def __init__(self, rules: Sequence[RedactionRule], key: bytes) -> None:
        """`key` is what hashes are made with. Raises PatternError."""
        self._rules = [
            _Rule(
                globs(rule.attributes),
                compiled(rule.pattern) if rule.pattern else None,
                rule.action,
            )
            for rule in rules
        ]
        self._union = union([rule.pattern for rule in self._rules if rule.pattern])
        self._key = key
        self._plans: dict[str, Plan] = {}
        self._harmless: set[str] = set()
        self._last_source: tuple[Source, Source] | None = None

    def redacted(self, span: SpanRecord) -> SpanRecord:
        """The span itself where there is nothing to take out."""
        source = self._source(span.source)
        names, texts = {SPAN_NAME, STATUS_MESSAGE}, [span.name, span.status_message]
        _gather(span.attributes, names, texts)
        for event in span.events:
            names.add(EVENT_NAME)
            texts.append(event.name)
            _gather(event.attributes, names, texts)
        for link in span.links:
            _gather(link.attributes, names, texts)
        suspects = self._suspects(texts)
        if not suspects and source is span.source and self._are_harmless(names):
            return span
        return replace(
            span,
            name=self._name(SPAN_NAME, span.name, suspects=suspects),
            status_message=self._text(STATUS_MESSAGE, span.status_message, suspects=suspects),
            attributes=self._attributes(span.attributes, suspects=suspects),
            events=tuple(
                replace(
                    event,
                    name=self._name(EVENT_NAME, event.name, suspects=suspects),
                    attributes=self._attributes(event.attributes, suspects=suspects),
                )
                for event in span.events
            ),
            links=tuple(
                replace(link, attributes=self._attributes(link.attributes, suspects=suspects))
                for link in span.links
            ),
            source=source,
        )

    def _are_harmless(self, names: set[str]) -> bool:
        return names <= self._harmless or all(self._plan(name).whole is None for name in names)

    def _suspects(self, texts: list[str]) -> Suspects:
        """Those that a pattern may match: found by one search for all patterns in all texts.

        None needs more of what is around than a line's ends. A match from one text into the next
        makes both suspect, so that none inside the second is passed over.
        """
        if self._union is None:
            return NONE
        found = _matches(self._union, "\n".join(texts))
        if found is None:
            return frozenset(texts)
        if not found:
            return NONE
        ends = list(accumulate(len(text) + 1 for text in texts))
        suspects: set[str] = set()
        for match in found:
            first = bisect_right(ends, match.start())
            last = bisect_right(ends, max(match.start(), match.end() - 1))
            suspects.update(texts[first : last + 1])
        return suspects

    def _source(self, source: Source) -> Source:
        """Spans come source by source: the one before is remembered."""
        last = self._last_source
        if last and last[0] is source:
            return last[1]
        names: set[str] = set()
        texts: list[str] = []
        _gather(source.resource, names, texts)
        _gather(source.scope_attributes, names, texts)
        suspects, clean = self._suspects(texts), source
        if suspects or not self._are_harmless(names):
            clean = replace(
                source,
                resource=self._attributes(source.resource, suspects=suspects),
                scope_attributes=self._attributes(source.scope_attributes, suspects=suspects),
            )
        self._last_source = (source, clean)
        return clean

    def _plan(self, name: str) -> Plan:
        plan = self._plans.get(name)
        if plan is None:
            matching = [rule for rule in self._rules if rule.names.fullmatch(name)]
            plan = Plan(
                whole=next((rule.action for rule in matching if rule.pattern is None), None),
                parts=tuple((rule.pattern, rule.action) for rule in matching if rule.pattern),
            )
            if len(self._plans) < MAX_NAMES:
                self._plans[name] = plan
                if plan.whole is None:
                    self._harmless.add(name)
        return plan

    def _attributes(
        self, attributes: Attributes, *, suspects: Suspects, above: str = ""
    ) -> dict[str, Value]:
        kept: dict[str, Value] = {}
        for name, value in attributes.items():
            path = above + name
            if path in self._harmless and (
                value not in suspects if value.__class__ is str else value.__class__ in PLAIN
            ):
                kept[name] = value
                continue
            plan = self._plan(path)
            if plan.whole is not Action.REMOVE:
                kept[name] = self._value(path, value, plan, suspects=suspects)
        return kept

    def _name(self, name: str, text: str, *, suspects: Suspects) -> str:
        return self._text(name, text, suspects=suspects) or (REMOVED if text else "")

    def _text(self, name: str, text: str, *, suspects: Suspects) -> str:
        plan = self._plan(name)
        if plan.whole is Action.REMOVE or not text:
            return ""
        return str(self._value(name, text, plan, suspects=suspects))

    def _value(self, path: str, value: Value, plan: Plan, *, suspects: Suspects) -> Value:
        if plan.whole is not None:
            return self._in_place_of(plan.whole, value)
        if isinstance(value, str):
            return self._without_matches(value, plan) if value in suspects else value
        if isinstance(value, list):
            return [self._value(path, item, plan, suspects=suspects) for item in value]
        if isinstance(value, dict):
            return self._attributes(value, suspects=suspects, above=f"{path}.")
        return value

    def _without_matches(self, text: str, plan: Plan) -> str:
        for pattern, action in plan.parts:
            found = _matches(pattern, text)
            if found is None:
                return self._in_place_of(action, text)
            pieces: list[str] = []
            end = 0
            for match in found:
                if match.group():
                    pieces += (text[end : match.start()], self._in_place_of(action, match.group()))
                    end = match.end()
            text = "".join((*pieces, text[end:]))
        return text

    def _in_place_of(self, action: Action, value: Value) -> str:
        if action is Action.MASK:
            return MASK
        if action is Action.REMOVE:
            return ""
        said = value.encode() if isinstance(value, str) else orjson.dumps(value)
        return "hash:" + hmac.new(self._key, said, sha256).hexdigest()[:HASH_DIGITS]


def _matches(pattern: Pattern, text: str) -> list[Match] | None:
    """None where there are too many to look for."""
    most = max(1, min(MAX_MATCHES, MAX_READ // (len(text) + 1)))
    found = list(islice(pattern.finditer(text), most + 1))
    return found if len(found) <= most else None


def _gather(attributes: Attributes, names: set[str], texts: list[str], above: str = "") -> None:
    """Names by their paths, and every text inside the values."""
    names.update(attributes if not above else [above + name for name in attributes])
    for name, value in attributes.items():
        if type(value) is str:
            texts.append(value)
        elif type(value) is list or type(value) is dict:
            _gather_nested(above + name, value, names, texts)


def _gather_nested(path: str, value: Value, names: set[str], texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        _gather(value, names, texts, f"{path}.")
    elif isinstance(value, list):
        for item in value:
            _gather_nested(path, item, names, texts)
