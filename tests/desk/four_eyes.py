"""People who try to be both: whoever prepares a request, and whoever approves it.

Random sequences over every way there is: the verbs as a member, by a key of theirs and by an agent
of theirs, the console, the API, the public form with and without a session, roles that change on
the way, and SQL as the application's role. What passed through whose hands is kept here, apart
from what the product keeps; an approval by one of those hands is a violation.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.test import Client

from audit.trail import append
from console.accounts.actor import Actor, system_actor
from console.accounts.authentication import actor_of_key, actor_of_member
from console.accounts.key_text import parse_key
from console.accounts.models import Membership, Subject
from console.accounts.permissions import Permission, Role
from console.administration.members import change_role
from console.platform.errors import DomainError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope
from memory import desk
from memory.models import RequestKind, SubjectRequest
from tests.api.door import Door
from tests.cast import Machine, Person

NOBODY = UUID(int=0)
BY_DOOR = 0.08  # of the steps that can be taken there: a page costs ten verbs
RAW = (
    (
        "status = 'approved', approved_at = now(), approved_by_kind = 'user',"
        " approved_by_id = %(me)s, approved_by_label = 'x', carry_out_after = now()"
    ),
    "approved_by_id = %(me)s",
    "prepared_by = '{}'",
    "person_id = NULL",
    "taken_in_by_id = %(other)s",
    "identified_by_id = %(other)s, identified_at = now()",
    "status = 'ready'",
)


@dataclass(slots=True)
class FourEyes:
    """`violations` are requests that one of their own hands approved."""

    tenant: Tenant
    people: list[Person]
    robot: Machine
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    sequences: int = 0
    hands: set[UUID] = field(default_factory=set)
    request_id: UUID | None = None
    code: str = ""

    def go(self, sequences: int) -> None:
        for _ in range(sequences):
            self.sequences += 1
            self.hands, self.request_id, self.code = set(), None, ""
            for _ in range(self.chance.randint(5, 12)):
                self._step()

    def _step(self) -> None:
        who = self.chance.choice(self.people)
        if self.request_id is None:
            self._try("take in", who, self._take_in)
            return
        moves = [
            ("name", self._name),
            ("code", self._code),
            ("enter", self._enter),
            ("confirm", self._confirm),
            ("approve", self._approve),
            ("approve", self._approve),
            ("approve", self._approve),
            ("stop", self._stop),
            ("role", self._role),
            ("sql", self._sql),
        ]
        name, move = self.chance.choice(moves)
        self._try(name, who, move)
        self._look(name, who)

    def _try(self, name: str, who: Person, move: Any) -> None:
        try:
            told = move(who)
        except (DomainError, DatabaseError) as error:
            self.refused[f"{name}: {getattr(error, 'code', type(error).__name__)}"] += 1
            return
        self.done[told or name] += 1

    def _look(self, name: str, who: Person) -> None:
        with tenant_scope(self.tenant.id):
            found = SubjectRequest.objects.get(id=self.request_id or NOBODY)
        approver = found.approved_by_id
        if approver is None:
            return
        emails = {person.user.id: person.user.email for person in self.people}
        is_them = emails.get(approver, "") in {found.contact, found.named}
        if approver in self.hands or is_them or found.approved_by_kind != "user":
            self.violations.append(f"{self.sequences}: {name} by {who.user.email}, {found.id}")

    def _actor(self, who: Person) -> Actor:
        """As they are at this moment, by their membership, a key, or an agent that is theirs."""
        way = self.chance.random()
        if way < 0.1:
            # Were an agent ever given the permission: it stands for the people behind it.
            return replace(
                self.robot.actor,
                permissions=frozenset(Permission),
                owner_ids=frozenset({who.user.id}),
            )
        if way < 0.4:
            key = parse_key(who.key)
            assert key is not None
            return actor_of_key(key)
        actor = actor_of_member(who.user, self.tenant.id)
        assert actor is not None
        return actor

    def _touched(self, who: Person) -> None:
        self.hands.add(who.user.id)

    def _request(self) -> SubjectRequest:
        return SubjectRequest.objects.get(id=self.request_id or NOBODY)

    def _take_in(self, who: Person) -> str:
        named = f"customer-{self.chance.randrange(10**12)}"
        kind = self.chance.choice(RequestKind.values)
        contact = self.chance.choice(
            ["", "x@mail.example", self.chance.choice(self.people).user.email]
        )
        door = self.chance.random()
        with tenant_scope(self.tenant.id):
            subject = Subject.objects.create(external_id=named)
        if door < BY_DOOR:
            return self._take_in_by_form(who, named, kind)
        if door < 2 * BY_DOOR:
            return self._take_in_by_api(who, named, kind)
        with tenant_scope(self.tenant.id):
            made = desk.receive_request(
                actor=self._actor(who),
                kind=kind,
                subject=subject,
                asked_by="x",
                contact=contact,
                identity_check=self.chance.choice(["", "Called back."]),
            )
        self.request_id = made.id
        self._touched(who)
        return "take in"

    def _take_in_by_api(self, who: Person, named: str, kind: str) -> str:
        body = {"kind": kind, "subject": named, "asked_by": "x", "identity_check": "Seen."}
        answer = Door(who.key).post("subject-requests", body)
        if answer.status_code == 201:
            self.request_id = UUID(answer.json()["id"])
            self._touched(who)
        return f"take in by the API: {answer.status_code}"

    def _take_in_by_form(self, who: Person, named: str, kind: str) -> str:
        address = f"10.0.{self.chance.randrange(256)}.{self.chance.randrange(256)}"
        client = Client(REMOTE_ADDR=address)
        signed_in = self.chance.random() < 0.5
        with tenant_scope(self.tenant.id):
            actor = actor_of_member(who.user, self.tenant.id)
            at_the_desk = actor is not None and actor.may(Permission.ERASURE_MANAGE)
        if signed_in:
            client.force_login(who.user)
        said = {"kind": kind, "named": named, "contact": who.user.email}
        answer = client.post(f"/privacy/{self.tenant.slug}/", said)
        with tenant_scope(self.tenant.id):
            found = SubjectRequest.objects.filter(named=named).first()
        if found is not None:
            self.request_id = found.id
            if signed_in and at_the_desk:
                self._touched(who)
        return f"take in by the form: {answer.status_code}"

    def _name(self, who: Person) -> None:
        with tenant_scope(self.tenant.id):
            request = self._request()
            subject = Subject.objects.get(id=request.subject_id or NOBODY)
            desk.name_person(actor=self._actor(who), request=request, subject=subject)
        self._touched(who)

    def _code(self, who: Person) -> None:
        with tenant_scope(self.tenant.id):
            issued = desk.ask_identity(
                actor=self._actor(who), request=self._request(), by_mail=False
            )
        self.code = issued.text
        self._touched(who)

    def _enter(self, who: Person) -> str:
        by_person = self.chance.random() < 0.5
        with tenant_scope(self.tenant.id):
            actor = system_actor(self.tenant.id, "form") if by_person else self._actor(who)
            said = desk.enter_code(actor=actor, request=self._request(), code=self.code)
        if said.status == "ready" and not by_person:
            self._touched(who)
        return f"enter: {said.status}"

    def _confirm(self, who: Person) -> None:
        with tenant_scope(self.tenant.id):
            desk.confirm_identity(actor=self._actor(who), request=self._request(), how="Seen.")
        self._touched(who)

    def _approve(self, who: Person) -> str:
        door = self.chance.random()
        if door < BY_DOOR:
            client = Client()
            client.force_login(who.user)
            answer = client.post(f"/requests/{self.request_id}/approve")
            return f"approve by a page: {answer.status_code}"
        if door < 2 * BY_DOOR:
            answer = Door(who.key).post(
                f"subject-requests/{self.request_id}/transitions", {"verb": "approve"}
            )
            return f"approve by the API: {answer.status_code}"
        with tenant_scope(self.tenant.id):
            desk.approve_request(actor=self._actor(who), request=self._request())
        return "approve"

    def _stop(self, who: Person) -> None:
        with tenant_scope(self.tenant.id):
            desk.stop_request(actor=self._actor(who), request=self._request(), comment="x")

    def _role(self, who: Person) -> None:
        role = self.chance.choice([Role.OWNER, Role.REVIEWER, Role.REVIEWER, Role.READER])
        with tenant_scope(self.tenant.id):
            member = Membership.objects.get(user=who.user)
            change_role(actor=system_actor(self.tenant.id, "test"), membership=member, role=role)

    def _sql(self, who: Person) -> None:
        """With an event that names the request, which is all that the trail asks for."""
        other = self.chance.choice(self.people)
        with tenant_scope(self.tenant.id), transaction.atomic(), connection.cursor() as cursor:
            append(
                actor=system_actor(self.tenant.id, "test"),
                kind="subject_request.waiting",
                object_kind="subject_request",
                object_id=self.request_id,
            )
            cursor.execute(
                f"UPDATE memory_subjectrequest SET {self.chance.choice(RAW)} WHERE id = %(id)s",
                {"me": who.user.id, "other": other.user.id, "id": self.request_id},
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
