"""What an agent would get, what it would not, and how to ask the same over the API."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from console.accounts.models import Agent, ApiKey, Stops
from console.accounts.permissions import Permission
from console.platform.clock import now
from console.web.masking import Mask
from console.web.screens.explained import Explained, explained
from memory.actions.try_recall import Trial
from memory.agents import freezes_over
from memory.retrieval.misses import Because, Miss

# Why it was left out, and the tone of it.
TOLD = {
    Because.BUDGET: ("over the token budget", "warn"),
    Because.LIMIT: ("past the limit", "neutral"),
    Because.AGENT: ("only its own agent recalls it", "info"),
    Because.SUBJECT: ("recalled only by who names its subject", "info"),
    Because.HELD: ("held for review", "hold"),
    Because.REJECTED: ("rejected", "danger"),
    Because.EXPIRED: ("expired", "warn"),
    Because.SUPERSEDED: ("a newer one took its place", "neutral"),
    Because.NOT_YET: ("not true yet", "warn"),
    Because.NO_LONGER: ("true no longer", "warn"),
}


@dataclass(frozen=True, slots=True)
class Missed:
    miss: Miss
    text: str
    because: str
    tone: str


@dataclass(frozen=True, slots=True)
class TrialScreen:
    """`has_key`: the agent has a key with which it may recall at all; frozen, it may not either."""

    trial: Trial
    hits: list[Explained]
    missed: list[Missed]
    body: dict[str, Any]
    has_key: bool
    is_frozen: bool

    @property
    def is_weak(self) -> bool:
        return all(one.hit.is_weak for one in self.hits)


def trial_screen(trial: Trial, body: dict[str, Any]) -> TrialScreen:
    mask = Mask()
    return TrialScreen(
        trial=trial,
        hits=explained(trial.hits, mask),
        missed=[
            Missed(miss, mask.content(miss.hit.version)[0], *TOLD[miss.because])
            for miss in trial.misses
        ],
        body=body,
        has_key=_may_recall(trial.agent),
        is_frozen=freezes_over(trial.agent.id).exclude(stops=Stops.WRITES).exists(),
    )


def _may_recall(agent: Agent) -> bool:
    return ApiKey.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now()),
        agent_id=agent.id,
        revoked_at__isnull=True,
        scopes__contains=[Permission.MEMORY_RECALL],
    ).exists()
