from dataclasses import dataclass

from console.platform.numbers import Numbers, within


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRules(Numbers):
    """How a tenant keeps what is used and lets go of what is not.

    A recalled memory whose remaining life is below `refresh_share` of what policy granted gets it
    anew (0: never), though none lives past `refresh_cap_days` from its making. Renewal is asked
    `renewal_notice_days` before the end (0: never) of a memory at least as important, or recalled
    at least as often in 30 days. A semantic memory that nobody recalled for `archive_after_days`
    is archived. Past its budget (0: none) a scope loses its least useful memories: a subject's,
    or, of those about nobody, a namespace's.
    """

    refresh_share: float = within(0.5, low=0.0, high=1.0)
    refresh_cap_days: int = within(1095, low=1, high=3650)
    renewal_notice_days: int = within(14, low=0, high=90)
    renewal_importance: float = within(0.7, low=0.0, high=1.0)
    renewal_recalls: int = within(5, low=1, high=10_000)
    archive_after_days: int = within(90, low=1, high=3650)
    budget_per_subject: int = within(10_000, low=0, high=10_000_000)
    budget_per_namespace: int = within(100_000, low=0, high=10_000_000)
