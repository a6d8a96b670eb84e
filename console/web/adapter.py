from functools import partial
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from audit.tasks import tell_failed_sign_in
from audit.trail import append
from console.accounts.authentication import actor_of_member
from console.accounts.models import User
from console.platform.ids import uuid7
from console.tenancy.scope import tenant_scope
from console.web.oidc import proved_at
from console.web.step_up import PROVED_AT, authenticated_lately
from console.web.tenants import memberships_of

# By name: allauth loads its stages once it is set up.
SECOND_STEP = {"allauth.mfa.stages.AuthenticateStage": "console.web.second_step.SecondStep"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in without open sign-up: a person is invited into a tenant, or made by a command."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    @override
    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in a moment ago is a proof too; allauth would ask for a second one at once."""
        return not authenticated_lately(self.request)

    @override
    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Every tenant the person could have entered learns of it, from a worker.

        An address that nobody has costs the same here, so that the time of the answer tells nobody
        which are known. Whoever proves again who they are is told of by that page.
        """
        if hasattr(request, "actor"):
            return
        email = str(credentials.get("email", "")).strip().lower()
        known = User.objects.filter(email=email, is_active=True).values_list("id", flat=True)
        user_id = known.first() or uuid7()
        wake = partial(tell_failed_sign_in.delay, user_id=str(user_id))
        transaction.on_commit(wake, robust=True)

    @override
    def get_login_stages(self) -> list[str]:
        theirs = super().get_login_stages()
        return [SECOND_STEP.get(stage, stage) for stage in theirs]

    @override
    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Every tenant the person can now enter learns of the sign-in."""
        through = (kwargs.get("signal_kwargs") or {}).get("sociallogin")
        if through is not None:
            request.session[PROVED_AT] = proved_at(through.account.extra_data.get("id_token", {}))
        for tenant in memberships_of(user):
            with tenant_scope(tenant.id):
                actor = actor_of_member(user, tenant.id)
                if actor is not None:
                    append(kind="session.started", actor=actor)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response
