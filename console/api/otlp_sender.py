"""Who sends an export: the agent or person behind a key that may send traces."""

from collections.abc import Mapping
from hashlib import sha256
from time import monotonic
from uuid import UUID

from audit.trail import record_refusal
from console.accounts.actor import Actor
from console.accounts.authentication import actor_of_key
from console.accounts.permissions import Permission
from console.api.authentication import key_in
from console.platform.errors import NotPermittedError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope

# The key alone decides where traces go. A sender that also says where it thinks they go is
# stopped before production lands among the trials, or one customer among another's.
TENANT_HEADER = "X-Mnemoscope-Tenant"


# An exporter sends many times a second: to ask for its key each time was a tenth of the work. So
# long a key that was just revoked may still send spans.
FRESH_SECONDS = 1.0
MOST_KNOWN = 1_000
_known: dict[bytes, tuple[float, Actor]] = {}


def sender(headers: Mapping[str, str], *, door: str) -> Actor:
    """From the headers of a request, or the metadata of a call.

    Raises NotAuthenticatedError or NotPermittedError, and leaves the second in the trail.
    """
    said = "\n".join(headers.get(name, "") for name in ("authorization", TENANT_HEADER.lower()))
    digest, at = sha256(said.encode()).digest(), monotonic()
    since, known = _known.get(digest, (-FRESH_SECONDS, None))
    if known is not None and at - since < FRESH_SECONDS:
        return known
    actor = _authenticated(headers, door=door)
    while len(_known) >= MOST_KNOWN:
        _known.pop(next(iter(_known)), None)
    _known[digest] = (at, actor)
    return actor


def _authenticated(headers: Mapping[str, str], *, door: str) -> Actor:
    key = key_in(headers.get("authorization", ""))
    with tenant_scope(key.tenant_id):
        actor = actor_of_key(key)
        is_meant = _is_meant(key.tenant_id, headers.get(TENANT_HEADER.lower(), ""))
    try:
        _require(actor, is_meant=is_meant)
    except NotPermittedError as error:
        record_refusal(actor=actor, error=error, door=door)
        raise
    return actor


def _require(actor: Actor, *, is_meant: bool) -> None:
    actor.require(Permission.TRACES_INGEST)
    if not is_meant:
        raise NotPermittedError(f"This key is not of the tenant that {TENANT_HEADER} names.")


def _is_meant(tenant_id: UUID, name: str) -> bool:
    if name in {"", str(tenant_id)}:
        return True
    return Tenant.objects.filter(id=tenant_id).values_list("slug", flat=True).get() == name
