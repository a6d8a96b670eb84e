"""Three tenants with something of everything. Whatever a tenant says holds its mark, a word that
stands nowhere else and that no operation sends: an answer to another tenant that holds it leaks.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from audit.ingest.receive import receive_protobuf
from audit.proof.checkpoints import make_checkpoint
from audit.proof.sequence import sequence_everything
from console.accounts.models import Subject
from console.accounts.permissions import Role
from console.administration import create_tenant
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory.actions import record_basis
from memory.desk.setting import set_desk
from memory.models import Basis
from tests.api.door import Door, door_of
from tests.cast import Machine, Person, a_person, an_agent
from tests.ingest.messages import a_span, moment_ns, protobuf_body

NAMES = ("acme", "globex", "initech")
CREATED = 201
TRACE, RUN = b"\x01" * 16, b"\x01" * 8


@dataclass
class House:
    """One tenant: who acts for it, and by which word all that is its own is known."""

    tenant: Tenant
    mark: str
    owner: Person
    robo: Machine
    door: Door
    browser: Client = field(default_factory=Client)

    @property
    def id(self) -> UUID:
        return self.tenant.id


def three_houses() -> list[House]:
    return [a_house(name) for name in NAMES]


def a_house(name: str) -> House:
    mark = f"kanar{secrets.token_hex(6)}"
    tenant = create_tenant(slug=f"{name}-{secrets.token_hex(3)}", name=f"{name} {mark}")
    owner = a_person(tenant, f"alice-{mark}", Role.OWNER)
    a_person(tenant, f"bob-{mark}", Role.REVIEWER)
    robo = an_agent(tenant, f"robo-{mark}")
    rookie = an_agent(tenant, f"rookie-{mark}", trusted=False)
    house = House(tenant, mark, owner, robo, door_of(owner), a_browser(owner))
    furnish(house, door_of(robo), door_of(rookie))
    return house


def a_browser(person: Person) -> Client:
    """In which somebody has just signed in, by their password."""
    client = Client(raise_request_exception=False)
    client.force_login(person.user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = user_id_to_str(person.user)
    session.save()
    return client


def furnish(house: House, robo: Door, rookie: Door) -> None:
    mark, owner = house.mark, house.door
    first = made(robo, "memories", content=f"The {mark} order is late.", subject="c-1", key="order")
    robo.patch(f"memories/{first['id']}", {"expected_version": 1, "content": f"{mark} came."})
    made(robo, "memories", content=f"{mark} likes e-mail.", namespace=[mark, "eu"], kind="fact")
    held = rookie.post("memories", {"content": f"{mark} wants a refund.", "subject": "c-1"}).json()
    owner.post(f"reviews/{held['review_id']}/claim", {})
    robo.post("recall", {"query": f"Where is the {mark} order?", "purpose": mark})
    made(owner, "holds", memory=first["id"], ground=f"Case {mark}")
    made(owner, "snapshots", name=f"before {mark}")
    webhook = made(owner, "webhooks", url=f"https://{mark}.invalid/", description=mark)
    owner.post(f"webhooks/{webhook['id']}/test", {})
    address = f"https://{mark}.invalid/"
    made(owner, "audit/streams", name=f"SIEM {mark}", kind="webhook", address=address)
    asked = {"asked_by": f"Ada {mark}", "identity_check": mark}
    owner.post("erasure-requests", {"subject": "c-1", **asked})
    trace(house)
    [agent, *_] = owner.get("agents").json()["results"]
    owner.post(f"agents/{agent['id']}/freeze", {"reason": mark, "stops": "writes"})
    with tenant_scope(house.id):
        subject = Subject.objects.order_by("id")[0]
        record_basis(actor=house.owner.actor, subject=subject, basis=Basis.CONSENT, detail=mark)
        set_desk(actor=house.owner.actor, form_open=True, form_words=f"Ask {mark}.")
        sequence_everything()
        make_checkpoint()


def trace(house: House) -> None:
    """A run of two steps, as an exporter sends it."""
    root = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": house.mark}
    call = {"gen_ai.operation.name": "execute_tool", "input.value": f"{house.mark} asks"}
    start = moment_ns()
    body = protobuf_body(
        a_span(f"run {house.mark}", span_id=RUN, trace_id=TRACE, start=start, attributes=root),
        a_span(f"look {house.mark}", trace_id=TRACE, parent=RUN, start=start, attributes=call),
    )
    stored = receive_protobuf(house.id, body).stored
    assert stored == len((root, call)), stored


def made(door: Door, path: str, **body: Any) -> Any:
    answer = door.post(path, body)
    assert answer.status_code == CREATED, (path, answer.getvalue())
    return answer.json()
