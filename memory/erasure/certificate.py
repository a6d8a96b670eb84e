"""The certificate of an erasure: what was done, signed by the key that signs the tenant's log.

A C2SP signed note (https://c2sp.org/signed-note) of two lines, what it is and one JSON object, so
that `mnemoscope-verify` and anybody with the log's public key can check it. It names the person by
a pseudonym and the request by its reference, and says what could not be done.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from audit.proof.checkpoints import first_signers, newest_checkpoint, signers
from audit.proof.notes import origin_of, signed
from audit.trail import audited, note
from console.accounts.actor import Actor
from console.platform.clock import now
from console.platform.errors import CertificateAlteredError, NotFoundError
from memory.erasure.work import Done, Work
from memory.models import ErasureCertificate, ErasureStep, SubjectRequest

FORMAT = "mnemoscope.erasure-certificate/1"
Parse = Callable[[Any], object]
# Nobody can take these back for us, and nobody here may look into the server's accounts.
ALWAYS = ("accounts_not_searched", "backups_before", "copies_of_others")


def _text(told: Any) -> None:
    if not isinstance(told, str):
        raise TypeError


def _moment(told: Any) -> None:
    datetime.fromisoformat(told)


def _counts(told: Any) -> None:
    sum(told.values())


def _or_null(parse: Parse) -> Parse:
    return lambda told: None if told is None else parse(told)


def _each(**fields: Parse) -> Parse:
    def parse(told: Any) -> None:
        for name, parse_one in fields.items():
            parse_one(told[name])

    return parse


def _list(parse: Parse) -> Parse:
    return lambda told: [parse(one) for one in told]


# What whoever shows one relies on. Each raises what Python does of a value that is none.
FIELDS: dict[str, Parse] = {
    "tenant": UUID,
    "origin": _text,
    "reference": _text,
    "request": UUID,
    "subjects": _list(UUID),
    "law": _text,
    "received_at": _moment,
    "approved_at": _or_null(_moment),
    "approved_by": _text,
    "started_at": _or_null(_moment),
    "issued_at": _moment,
    "held": _counts,
    "residue": _counts,
    "steps": _list(_each(name=_text, started_at=_moment, finished_at=_moment, counts=_counts)),
    "limits": _list(_text),
    "log": _or_null(_each(checkpoint=int, size=int, root=_text)),
}


def issue(work: Work) -> Done:
    if not ErasureCertificate.objects.filter(request_id=work.request.id).exists():
        sign_certificate(actor=work.actor, work=work)
    return Done({"certificates": 1})


@audited("erasure.certified")
def sign_certificate(*, actor: Actor, work: Work) -> ErasureCertificate:  # noqa: ARG001 - the event is theirs
    keys = signers() or first_signers()
    body = f"{FORMAT}\n{orjson.dumps(_told(work), option=orjson.OPT_SORT_KEYS).decode()}\n"
    certificate = ErasureCertificate.objects.create(
        request_id=work.request.id,
        subject_id=work.person.subject_ids[0],
        reference=work.request.reference,
        note=signed(body, keys[:1]),
    )
    note(subject_id=str(work.request.subject_id), request_id=str(work.request.id))
    return certificate


def certificate_of(request: SubjectRequest) -> ErasureCertificate:
    """Raises NotFoundError where it has none yet, or is of another kind."""
    found = ErasureCertificate.objects.filter(request_id=request.id).first()
    if found is None:
        raise NotFoundError(request.id, noun="certificate")
    return found


def json_of(certificate: ErasureCertificate) -> str:
    """The second line of its note, as it was signed. Raises CertificateAlteredError."""
    _, found, rest = certificate.note.partition("\n")
    if not found:
        raise CertificateAlteredError("It is no signed note. Take the one in an evidence pack.")
    return rest.partition("\n")[0]


def told_by(certificate: ErasureCertificate) -> dict[str, Any]:
    """What its JSON says, every field of it. Raises CertificateAlteredError."""
    try:
        told: dict[str, Any] = orjson.loads(json_of(certificate))
        for name, parse in FIELDS.items():
            parse(told[name])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CertificateAlteredError(
            "It lacks what every certificate says. Take the one in an evidence pack, or a copy"
            " that somebody kept."
        ) from error
    return told


def _told(work: Work) -> dict[str, Any]:
    request = work.request
    receipts = list(
        ErasureStep.objects.filter(request_id=request.id, finished_at__isnull=False).order_by(
            "ordinal"
        )
    )
    by_name = {receipt.name: receipt for receipt in receipts}
    checkpoint = newest_checkpoint()
    return {
        "tenant": str(request.tenant_id),
        "origin": origin_of(request.tenant_id),
        "reference": request.reference,
        "request": str(request.id),
        "subjects": [str(id_) for id_ in request.subject_ids],
        "law": request.law,
        "received_at": request.received_at.isoformat(),
        "approved_at": request.approved_at.isoformat() if request.approved_at else None,
        "approved_by": str(request.approved_by_id),
        "started_at": request.started_at.isoformat() if request.started_at else None,
        "issued_at": now().isoformat(),
        "held": by_name["collect"].counts if "collect" in by_name else {},
        "residue": by_name["residue"].counts if "residue" in by_name else {},
        "steps": [
            {
                "name": receipt.name,
                "started_at": receipt.started_at.isoformat(),
                "finished_at": receipt.finished_at.isoformat() if receipt.finished_at else None,
                "counts": receipt.counts,
            }
            for receipt in receipts
        ],
        "limits": sorted({*ALWAYS, *(limit for one in receipts for limit in one.limits)}),
        "log": {
            "checkpoint": checkpoint.number,
            "size": checkpoint.size,
            "root": b64encode(bytes(checkpoint.root)).decode(),
        }
        if checkpoint
        else None,
    }
