"""What a person signs in with, where they are signed in, and when they did."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as StoredSession

from audit.models import AuditEvent
from console.accounts.models import User
from console.platform.clock import now
from console.web.browsers import browser_named
from console.web.middleware import TenantRequest

MOST_SESSIONS = 50
MOST_SIGN_INS = 10


@dataclass(frozen=True, slots=True)
class Session:
    browser: str
    address: str
    since: datetime
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class AccountScreen:
    """`codes_left` is None for a person without recovery codes."""

    passkeys: list[Authenticator]
    app: Authenticator | None
    codes_left: int | None
    sessions: list[Session]
    sign_ins: list[AuditEvent]

    @property
    def has_second_factor(self) -> bool:
        return bool(self.passkeys) or self.app is not None


def account_screen(request: TenantRequest) -> AccountScreen:
    user = User.objects.get(id=request.actor.id)
    own = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((one for one in own if one.type == Authenticator.Type.RECOVERY_CODES), None)
    signed_in = AuditEvent.objects.filter(kind="session.started", actor_id=user.id)
    return AccountScreen(
        passkeys=[one for one in own if one.type == Authenticator.Type.WEBAUTHN],
        app=next((one for one in own if one.type == Authenticator.Type.TOTP), None),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        sessions=_sessions(request, user),
        sign_ins=list(signed_in.order_by("-id")[:MOST_SIGN_INS]),
    )


def _sessions(request: TenantRequest, user: User) -> list[Session]:
    """Those that still stand, this one first."""
    known = list(UserSession.objects.filter(user=user).order_by("-created_at")[:MOST_SESSIONS])
    keys = [one.session_key for one in known]
    stored = StoredSession.objects.filter(session_key__in=keys, expire_date__gt=now())
    standing = set(stored.values_list("session_key", flat=True))
    sessions = [
        Session(
            browser=browser_named(one.user_agent),
            address=one.ip,
            since=one.created_at,
            is_this_one=one.session_key == request.session.session_key,
        )
        for one in known
        if one.session_key in standing
    ]
    return sorted(sessions, key=lambda session: not session.is_this_one)
