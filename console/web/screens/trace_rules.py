"""Each kind of rules about spans as its page shows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, cast

import orjson

from audit.ingest.content import contents_of
from audit.ingest.decode_json import decode_json
from audit.ingest.record import Attributes, Source, SpanRecord, UndecodableError, Value
from audit.ingest.values import MAX_DEPTH, TOO_DEEP
from audit.models import TraceReplay, TraceRuleSet
from audit.rules.kinds import RuleKind
from audit.rules.mapping import Mappings
from audit.rules.prices import Prices
from audit.rules.redaction import BUILT_IN, BuiltIn, Redaction
from audit.rules.rereading import Place, newest_before, record_of
from audit.rules.setting import R, rules_in_force
from audit.rules.trace_rules import redactor_of
from console.platform.clock import now
from console.platform.errors import NotFoundError
from console.web.forms.trace_rules import MappingForm, PriceForm, RedactionForm, RowForm

MOST_SHOWN = 20
MOST_TRIED = 20
MOST_TEXT = 300
A_MINUTE, LATELY = timedelta(minutes=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Editor(Generic[R]):
    """What tells one kind of rules from another on a page.

    `rows` names the field that holds them, and `named` that which tells one from another.
    """

    rules: type[R]
    form: type[RowForm]
    rows: str
    title: str
    one: str
    named: str


EDITORS: Mapping[str, Editor[Any]] = {
    RuleKind.MAPPING: Editor(Mappings, MappingForm, "rules", "Mapping", "rule", "attribute"),
    RuleKind.REDACTION: Editor(Redaction, RedactionForm, "rules", "Redaction", "rule", "name"),
    RuleKind.PRICES: Editor(Prices, PriceForm, "rows", "Prices", "price", "model"),
}


def editor_of(kind: str) -> Editor[Any]:
    """Raises NotFoundError."""
    if kind not in EDITORS:
        raise NotFoundError(kind, noun="page")
    return EDITORS[kind]


@dataclass(frozen=True, slots=True)
class RulesScreen:
    """`number` is the version in force; 0 is what ships."""

    kind: str
    title: str
    rules: Any
    number: int
    rows: Sequence[Any]
    history: Sequence[TraceRuleSet]


def rules_screen(kind: str) -> RulesScreen:
    editor = editor_of(kind)
    rules, number = rules_in_force(editor.rules)
    history = TraceRuleSet.objects.filter(kind=kind).order_by("-number")[:MOST_SHOWN]
    rows = getattr(rules, editor.rows)
    return RulesScreen(kind, editor.title, rules, number, rows, list(history))


def row_at(editor: Editor[Any], rules: Any, at: int) -> Any:
    """Raises NotFoundError: the rule was taken away, or never was."""
    rows = getattr(rules, editor.rows)
    if at >= len(rows):
        raise NotFoundError(at, noun=editor.one)
    return rows[at]


def with_row(editor: Editor[R], rules: R, at: int | None, row: Any) -> R:
    """In place of the one at `at`, or after all."""
    rows = list(getattr(rules, editor.rows))
    if at is None:
        rows.append(row)
    else:
        rows[at] = row
    return _replaced(editor, rules, rows)


def without_row(editor: Editor[R], rules: R, at: int) -> R:
    rows = list(getattr(rules, editor.rows))
    return _replaced(editor, rules, [*rows[:at], *rows[at + 1 :]])


def _replaced(editor: Editor[R], rules: R, rows: Sequence[Any]) -> R:
    return cast("R", replace(cast("Any", rules), **{editor.rows: tuple(rows)}))


def built_in_switches(redaction: Redaction) -> list[tuple[BuiltIn, bool]]:
    return [(one, one.code not in redaction.off) for one in BUILT_IN]


def newest_replay() -> TraceReplay | None:
    return TraceReplay.objects.order_by("-id").first()


@dataclass(frozen=True, slots=True)
class TakenOut:
    """One place where something goes. `before` is None of a stored span: it is shown elsewhere."""

    where: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What redaction does to a sample: how many spans were looked at, and what goes."""

    looked_at: int
    is_stored: bool
    taken_out: Sequence[TakenOut]


def try_redaction(redaction: Redaction, sample: str) -> Trial:
    """On what was pasted, or on the newest spans that are stored. Keeps nothing."""
    records = _pasted(sample) if sample.strip() else _newest()
    redactor = redactor_of(redaction)
    found: list[TakenOut] = []
    for record in records:
        after = redactor.redacted(record) if redactor else record
        found += _differences(record, after, shows_before=bool(sample.strip()))
    return Trial(len(records), not sample.strip(), found)


def _pasted(sample: str) -> list[SpanRecord]:
    try:
        document = orjson.loads(sample)
    except orjson.JSONDecodeError:
        return [_record({"text": sample})]
    if isinstance(document, dict) and "resourceSpans" in document:
        try:
            return list(decode_json(sample.encode()).spans[:MOST_TRIED])
        except UndecodableError:
            pass
    value = _bounded(document)
    return [_record(value if isinstance(value, dict) else {"text": value})]


def _bounded(value: Value, depth: int = 0) -> Value:
    """As what arrives is: nobody's brackets exhaust a stack of ours."""
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, list):
        return [_bounded(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _bounded(item, depth + 1) for name, item in value.items()}
    return value


def _record(attributes: Attributes) -> SpanRecord:
    source = Source({}, "", "", {}, "")
    ids = (bytes(16), bytes(8), None)
    return SpanRecord(*ids, "", 0, "", 1, 2, 0, "", attributes, (), (), source)


def _newest() -> list[SpanRecord]:
    at = now()
    spans = newest_before(Place(at + A_MINUTE), at - LATELY, MOST_TRIED)
    contents = contents_of(spans)
    found = ((span, contents.get((bytes(span.trace_id), bytes(span.span_id)))) for span in spans)
    return [record_of(span, document) for span, document in found if document]


def _differences(
    before: SpanRecord, after: SpanRecord, *, shows_before: bool
) -> Iterator[TakenOut]:
    then, today = dict(_texts(before)), dict(_texts(after))
    for where, text in then.items():
        if today.get(where, "") != text:
            shown = today.get(where, "")[:MOST_TEXT]
            yield TakenOut(where[:MOST_TEXT], text[:MOST_TEXT] if shows_before else None, shown)


def _texts(record: SpanRecord) -> Iterator[tuple[str, str]]:
    yield "span.name", record.name
    yield "status.message", record.status_message
    groups = [("", record.attributes), ("resource: ", record.source.resource)]
    for at, event in enumerate(record.events, start=1):
        yield f"event {at}: event.name", event.name
        groups.append((f"event {at}: ", event.attributes))
    groups += [(f"link {at}: ", link.attributes) for at, link in enumerate(record.links, start=1)]
    for above, attributes in groups:
        for name, value in attributes.items():
            yield above + name, _text(value)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
