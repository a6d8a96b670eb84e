"""The certificate of an erasure, as it reads on paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.proof.checkpoints import signers
from memory.erasure.certificate import json_of, told_by
from memory.erasure.limits import limit_said
from memory.erasure.steps import STEPS
from memory.erasure.stores import STORES
from memory.erasure.work import FIRST
from memory.models import ErasureCertificate, Law

STORE_LABELS = {store.name: store.label for store in STORES}
STEP_LABELS = {step.name: step.label for step in STEPS}
# That a step outside of a transaction began: no figure for people.
BEGUN = "begun"
ONE = {
    "agents": "agent",
    "columns": "column",
    "entries": "entry",
    "files": "file",
    "keys": "key",
    "rows": "row",
    "tables": "table",
    "traces": "trace",
    "webhooks": "webhook",
}


@dataclass(frozen=True, slots=True)
class Held:
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Receipt:
    label: str
    started_at: datetime
    finished_at: datetime
    said: str


@dataclass(frozen=True, slots=True)
class CertificateScreen:
    """`told` is the signed JSON. `is_signed`: by a key of the log that this server has."""

    certificate: ErasureCertificate
    told: dict[str, Any]
    law: str
    received_at: datetime
    approved_at: datetime | None
    started_at: datetime | None
    issued_at: datetime
    held: list[Held]
    receipts: list[Receipt]
    limits: list[str]
    json: str
    is_signed: bool


def certificate_screen(certificate: ErasureCertificate) -> CertificateScreen:
    told = told_by(certificate)
    return CertificateScreen(
        certificate=certificate,
        told=told,
        law=_law(told["law"]),
        received_at=datetime.fromisoformat(told["received_at"]),
        approved_at=_moment(told["approved_at"]),
        started_at=_moment(told["started_at"]),
        issued_at=datetime.fromisoformat(told["issued_at"]),
        held=[Held(STORE_LABELS.get(name, name), count) for name, count in in_order(told["held"])],
        receipts=[_receipt(step) for step in told["steps"]],
        limits=[limit_said(code) for code in told["limits"]],
        json=json_of(certificate),
        is_signed=any(signer.verifies(certificate.note) for signer in signers()),
    )


def in_order(held: dict[str, Any]) -> list[tuple[str, Any]]:
    """As they are erased; a store that is no more comes last."""
    order = list(STORE_LABELS)
    return sorted(held.items(), key=lambda one: order.index(one[0]) if one[0] in order else 999)


def _receipt(step: dict[str, Any]) -> Receipt:
    return Receipt(
        STEP_LABELS.get(step["name"], step["name"]),
        datetime.fromisoformat(step["started_at"]),
        datetime.fromisoformat(step["finished_at"]),
        _counted(step["name"], step["counts"]),
    )


def _counted(name: str, counts: dict[str, int]) -> str:
    """What was held stands in a table of its own."""
    if name == FIRST:
        return f"{sum(counts.values()):,} in {len(counts)} store{'' if len(counts) == 1 else 's'}"
    return ", ".join(_said(what, count) for what, count in counts.items() if what != BEGUN)


def _said(what: str, count: int) -> str:
    return f"{count:,} {ONE.get(what, what) if count == 1 else what}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _law(code: str) -> str:
    return str(Law(code).label) if code in Law.values else code
