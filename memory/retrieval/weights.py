from dataclasses import dataclass

from console.platform.numbers import Numbers, within


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWeights(Numbers):
    """What else than the query speaks for a memory: each worth so many nats of evidence.

    The defaults decide between memories that fit about equally well, and nothing else.
    """

    recency: float = within(0.1, low=0, high=10)
    confidence: float = within(0.1, low=0, high=10)
    approval: float = within(0.1, low=0, high=10)
    # After so long a memory's recency counts half.
    half_life_days: float = within(30.0, low=0.01, high=36_500)
    # Of a memory that states none.
    unknown_confidence: float = within(0.5, low=0, high=1)
