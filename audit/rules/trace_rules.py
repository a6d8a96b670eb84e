"""A tenant's rules, compiled: what each span goes through on its way to its row."""

from dataclasses import dataclass

from audit.dialects.normalise import MAPPING_VERSION, Meaning, normalise
from audit.ingest.record import SpanRecord
from audit.models import CostSource


@dataclass(frozen=True, slots=True)
class TraceRules:
    """`mapping_version` tells rows apart that another mapping has read."""

    mapping_version: int = MAPPING_VERSION

    def meaning(self, span: SpanRecord) -> Meaning:
        return normalise(span)

    def redacted(self, span: SpanRecord) -> SpanRecord:
        return span

    def cost_nanos(self, meaning: Meaning) -> tuple[int | None, CostSource | None]:
        """In 1e-9 US dollars, and whose word that is."""
        if meaning.cost_nanos is not None:
            return meaning.cost_nanos, CostSource.REPORTED
        return None, None


NONE = TraceRules()


def rules_of_tenant() -> TraceRules:
    """Of the tenant at hand."""
    return NONE
