"""Who belongs to the tenant at hand, and how well their sign-in is kept."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.models import Authenticator

from console.accounts.models import Membership

PASSKEY, APP = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP


@dataclass(frozen=True, slots=True)
class MemberRow:
    member: Membership
    second_factor: str  # empty for none

    @property
    def name(self) -> str:
        return str(self.member.user)


def member_rows(members: Iterable[Membership]) -> list[MemberRow]:
    members = list(members)
    factors = second_factors({member.user_id for member in members})
    return [MemberRow(member, factors[member.user_id]) for member in members]


def second_factors(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """In words, by person; an empty one for whoever has none."""
    found: dict[UUID, set[str]] = defaultdict(set)
    own = Authenticator.objects.filter(user_id__in=user_ids, type__in=[PASSKEY, APP])
    for user_id, kind in own.values_list("user_id", "type"):
        found[user_id].add("passkey" if kind == PASSKEY else "app")
    return defaultdict(str, {who: ", ".join(sorted(kinds)) for who, kinds in found.items()})
