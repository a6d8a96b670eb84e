"""A tenant's prices, compiled: what the tokens of one call cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.dialects.normalise import Meaning
from audit.rules.patterns import Pattern, globs
from audit.rules.prices import NANOS, Price

MILLION = 10**6
# An agent that makes up models gets no more of our memory than this.
MAX_MODELS = 10_000


@dataclass(frozen=True, slots=True)
class Rates:
    """In 1e-9 US dollars per million tokens, from an instant in Unix nanoseconds on."""

    from_ns: int
    input: int
    output: int
    cache_read: int
    cache_write: int

    def cost_nanos(self, meaning: Meaning) -> int | None:
        """None where the span counts no tokens.

        By the conventions input holds what was cached; where it is less, it cannot.
        """
        given = meaning.input_tokens or 0
        read, wrote = meaning.cache_read_tokens or 0, meaning.cache_write_tokens or 0
        made = meaning.output_tokens or 0
        if not (given or read or wrote or made):
            return None
        fresh = given - read - wrote if given >= read + wrote else given
        whole = (
            fresh * self.input
            + read * self.cache_read
            + wrote * self.cache_write
            + made * self.output
        )
        return (whole + MILLION // 2) // MILLION


class PriceTable:
    def __init__(self, tables: Iterable[Sequence[Price]]) -> None:
        """Raises PatternError."""
        self._tables = [[_Row(price) for price in rows] for rows in tables]
        self._found: dict[tuple[str, str], tuple[Rates, ...]] = {}

    def cost_nanos(self, meaning: Meaning, at_ns: int) -> int | None:
        """None where no price is known of that day, or nothing was counted."""
        if meaning.model is None:
            return None
        for rates in self._of(meaning.provider or "", meaning.model):
            if rates.from_ns <= at_ns:
                return rates.cost_nanos(meaning)
        return None

    def _of(self, provider: str, model: str) -> tuple[Rates, ...]:
        """Those of one model, the last first."""
        known = self._found.get((provider, model))
        if known is None:
            known = self._find(provider, model)
            if len(self._found) < MAX_MODELS:
                self._found[provider, model] = known
        return known

    def _find(self, provider: str, model: str) -> tuple[Rates, ...]:
        # Gateways put their name before it: openai/gpt-4o.
        names = (model, model.rsplit("/", 1)[-1])
        for rows in self._tables:
            fitting = [row for row in rows if row.fits(provider, names)]
            if fitting:
                best = max(row.exactness for row in fitting)
                chosen = [row.rates for row in fitting if row.exactness == best]
                return tuple(sorted(chosen, key=lambda rates: rates.from_ns, reverse=True))
        return ()


class _Row:
    def __init__(self, price: Price) -> None:
        self._providers: Pattern = globs(price.providers)
        self._models: Pattern = globs(price.models)
        self.exactness = (_letters(price.models), _letters(price.providers))
        cached = (price.cache_read, price.cache_write)
        read, write = (price.input if one is None else one for one in cached)
        rates = (int(one * NANOS) for one in (price.input, price.output, read, write))
        self.rates = Rates(price.from_ns, *rates)

    def fits(self, provider: str, names: Iterable[str]) -> bool:
        if self._providers.fullmatch(provider) is None:
            return False
        return any(self._models.fullmatch(name) for name in names)


def _letters(patterns: Iterable[str]) -> int:
    """How much of a name the patterns spell out."""
    return min(len(pattern.replace("*", "").replace("?", "")) for pattern in patterns)
