"""The certificate of an erasure: a page to print, the signed note, and the JSON in it."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.certificate import certificate_screen
from memory.desk.reading import request_for
from memory.erasure.certificate import certificate_of, json_of
from memory.models import ErasureCertificate


@require_safe
def certificate(request: TenantRequest, request_id: UUID) -> HttpResponse:
    screen = certificate_screen(_certificate(request, request_id))
    return render_page(request, "request/certificate.html", {"screen": screen})


@require_safe
def certificate_note(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """As `mnemoscope-verify` and every tool for signed notes read it."""
    found = _certificate(request, request_id)
    return _file(found.note, f"{found.reference}.note", "text/plain; charset=utf-8")


@require_safe
def certificate_json(request: TenantRequest, request_id: UUID) -> HttpResponse:
    """For programs. It carries no signature: that is over the note."""
    found = _certificate(request, request_id)
    return _file(json_of(found), f"{found.reference}.json", "application/json")


def _certificate(request: TenantRequest, request_id: UUID) -> ErasureCertificate:
    return certificate_of(request_for(request.actor, request_id))


def _file(text: str, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
