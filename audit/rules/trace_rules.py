"""A tenant's rules, compiled: what each span goes through on its way to its row.

Kept in each process. A change is seen there within `FRESH` seconds: that often one statement asks
which versions are in force, and only where others are is anything compiled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from audit.dialects.index import Index
from audit.dialects.normalise import BUILT_IN, Meaning, normalise
from audit.ingest.record import SpanRecord
from audit.models import CostSource, TraceRuleSet
from audit.rules.kinds import RuleKind
from audit.rules.mapping import Mappings, mapping_version
from audit.rules.price_table import PriceTable
from audit.rules.prices import Prices
from audit.rules.redaction import Action, Redaction
from audit.rules.redactor import Redactor
from audit.rules.setting import R
from console.keys.keyring import keyring_for
from console.keys.models import Purpose
from console.tenancy.rows import fetch
from console.tenancy.scope import current_tenant_id

FRESH = 5.0
# The key that hashes are made with may be rotated; by then a process asks for it again.
LONGEST = 600.0
MAX_TENANTS = 1_000

VERSIONS = """
SELECT DISTINCT ON (kind) kind, id FROM audit_traceruleset
WHERE tenant_id = %s ORDER BY kind, number DESC
"""


@dataclass(frozen=True, slots=True)
class TraceRules:
    """`mapping_version` tells rows apart that another mapping has read."""

    mapping_version: int
    index: Index = BUILT_IN
    redactor: Redactor | None = None
    prices: PriceTable | None = None

    def meaning(self, span: SpanRecord) -> Meaning:
        return normalise(span, self.index)

    def redacted(self, span: SpanRecord) -> SpanRecord:
        return span if self.redactor is None else self.redactor.redacted(span)

    def cost_nanos(self, meaning: Meaning, at_ns: int) -> tuple[int | None, CostSource | None]:
        """In 1e-9 US dollars, and whose word that is, of a call at a Unix time."""
        if meaning.cost_nanos is not None:
            return meaning.cost_nanos, CostSource.REPORTED
        return self.priced(meaning, at_ns)

    def priced(self, meaning: Meaning, at_ns: int) -> tuple[int | None, CostSource | None]:
        """By the table alone."""
        if self.prices is None or meaning.model is None:
            return None, None
        cost = self.prices.cost_nanos(meaning, at_ns)
        return (None, None) if cost is None else (cost, CostSource.PRICED)


@dataclass(slots=True)
class _Kept:
    versions: dict[str, UUID]
    rules: TraceRules
    made: float
    checked: float


_kept: dict[UUID, _Kept] = {}


def rules_of_tenant() -> TraceRules:
    """Of the tenant at hand."""
    tenant_id, at = current_tenant_id(), monotonic()
    kept = _kept.get(tenant_id)
    if kept is not None and at - kept.checked < FRESH:
        return kept.rules
    versions = dict(fetch(VERSIONS, [tenant_id]))
    if kept is not None and kept.versions == versions and at - kept.made < LONGEST:
        kept.checked = at
        return kept.rules
    rules = _compiled(versions)
    while len(_kept) >= MAX_TENANTS:
        _kept.pop(next(iter(_kept)), None)
    _kept[tenant_id] = _Kept(versions, rules, made=at, checked=at)
    return rules


def forget_rules(tenant_id: UUID) -> None:
    """What this process keeps of them, once they were changed in it."""
    _kept.pop(tenant_id, None)


def redactor_of(redaction: Redaction) -> Redactor | None:
    """None where there is nothing to look for."""
    rules = redaction.in_force
    if not rules:
        return None
    hashes = any(rule.action is Action.HASH for rule in rules)
    key = keyring_for().current(Purpose.INDEX).secret if hashes else b""
    return Redactor(rules, key)


def _compiled(versions: dict[str, UUID]) -> TraceRules:
    found = TraceRuleSet.objects.filter(id__in=versions.values()) if versions else ()
    sets = {one.kind: one for one in found}
    mapping = sets.get(RuleKind.MAPPING)
    redaction, prices = _of(Redaction, sets), _of(Prices, sets)
    return TraceRules(
        mapping_version=mapping_version(mapping.number if mapping else 0),
        index=_of(Mappings, sets).index,
        redactor=redactor_of(redaction),
        prices=PriceTable(prices.in_force),
    )


def _of(rules: type[R], sets: Mapping[str, TraceRuleSet]) -> R:
    stored = sets.get(rules.kind)
    return rules.from_json(stored.body) if stored else rules()
