"""The certificate of an erasure in a browser: whole, without a name, and told when altered."""

import json

import pytest
from django.db import transaction
from django.utils.html import escape

from audit.trail import append
from console.platform.errors import CertificateAlteredError
from console.tenancy.scope import tenant_scope
from console.web.screens.certificate import certificate_screen
from memory.desk import approve_request, set_desk
from memory.erasure.certificate import FORMAT, told_by
from memory.erasure.limits import LIMITS
from memory.models import ErasureCertificate
from tests.api.door import door_of, problem_of
from tests.cast import a_memory
from tests.erasure.carrying import gone_on
from tests.web.test_request_pages import of, shown, taken_in


def test_an_erasure_ends_in_a_certificate_to_print(
    desk, acme, alice, bob, carol, dana, mallory, robo
):
    a_memory(robo, "Jonas lives in Bonn.", subject="customer-7")
    page = taken_in(desk, bob, identity_check="Called back.")
    certificate = f"{page}/certificate"
    with tenant_scope(acme.id):
        set_desk(actor=alice.actor, cool_off_hours=0)
        approve_request(actor=alice.actor, request=of(acme, page))
    assert desk(bob).get(certificate).status_code == 404
    assert certificate not in shown(desk, bob, page)
    gone_on(of(acme, page))
    says = shown(desk, bob, page)
    assert certificate in says
    assert "0</span> delivered" in says
    says = shown(desk, dana, certificate)
    with tenant_scope(acme.id):
        issued = ErasureCertificate.objects.get()
    for told in (issued.reference, "GDPR", "signature fits", "Embeddings", "Nothing was found"):
        assert told in says
    for code in told_by(issued)["limits"]:
        assert escape(LIMITS[code]) in says
    for hidden in ("customer-7", "Jonas", bob.actor.label, alice.actor.label):
        assert hidden not in says
    assert ">embeddings</span>" in shown(desk, dana, "/audit/?kind=erasure.advanced")
    assert desk(bob).get(f"{certificate}.note").content.decode() == issued.note
    assert desk(bob).get(f"{certificate}.json").json() == told_by(issued)
    for stranger in (carol, mallory):
        for address in (certificate, f"{certificate}.note", f"{certificate}.json"):
            assert desk(stranger).get(address).status_code == 404


TOLD = {
    "tenant": "01a20141-b389-72f6-8142-490da207109d",
    "origin": "mnemoscope/01a20141-b389-72f6-8142-490da207109d",
    "reference": "R-0000-0000",
    "request": "01a20141-b389-72f6-8142-490da207109d",
    "subjects": ["01a20141-b389-72f6-8142-490da207109d"],
    "law": "lgpd",
    "received_at": "2026-01-02T00:00:00+00:00",
    "approved_at": None,
    "approved_by": "01a20141-b389-72f6-8142-490da207109d",
    "started_at": None,
    "issued_at": "2026-01-03T00:00:00+00:00",
    "held": {},
    "residue": {},
    "steps": [],
    "limits": ["tapes_in_a_mine"],
    "log": None,
}


def a_certificate(request_id, told):
    text = f"{FORMAT}\n{json.dumps(told)}\n\n\u2014 {TOLD['origin']} AAAA\n"
    return ErasureCertificate(
        request_id=request_id, subject_id=request_id, reference=TOLD["reference"], note=text
    )


def test_one_that_was_altered_is_told_and_a_code_nobody_knows_is_shown_as_it_is(in_acme):
    screen = certificate_screen(a_certificate(in_acme.id, TOLD))
    assert not screen.is_signed
    assert (screen.law, screen.limits) == ("lgpd", ["tapes_in_a_mine"])


@pytest.mark.parametrize("field", TOLD)
def test_one_that_lacks_a_field_was_altered_and_says_so(in_acme, field):
    lacking = {name: value for name, value in TOLD.items() if name != field}
    for told in (lacking, TOLD | {field: 7}):
        with pytest.raises(CertificateAlteredError):
            told_by(a_certificate(in_acme.id, told))


def test_neither_page_nor_api_breaks_on_an_altered_one(desk, acme, alice, bob, robo):
    a_memory(robo, "Jonas lives in Bonn.", subject="customer-7")
    page = taken_in(desk, bob, identity_check="Called back.")
    request = of(acme, page)
    with tenant_scope(acme.id), transaction.atomic():
        altered = a_certificate(request.id, {"law": "gdpr"})
        altered.save(force_insert=True)
        named = {"object_kind": "certificate", "object_id": altered.id}
        append(actor=bob.actor, kind="erasure.certified", **named)
    path = f"subject-requests/{request.id}/certificate"
    problem = problem_of(door_of(bob).get(path), 409, "certificate_altered")
    assert "evidence pack" in problem["detail"]
    shown_page = desk(bob).get(f"{page}/certificate")
    assert shown_page.status_code == 409
    assert "altered" in shown_page.content.decode()
