from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actions import (
    create_stream,
    delete_stream,
    edit_stream,
    pause_stream,
    renew_stream_secret,
    resume_stream,
    send_stream_test,
)
from audit.actions.create_stream import MOST_STREAMS
from audit.models import Anchor, AuditStream
from audit.streams.access import stream_for, visible_streams
from audit.streams.standing import rows_of
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.stream import StreamChange, StreamForm, shown
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.anchors import anchoring
from console.web.step_up import step_up

MANAGE = Permission.SETTINGS_MANAGE
NEWEST_ANCHORS = 20


@require_safe
def stream_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    streams = list(visible_streams(request.actor).order_by("id")[:MOST_STREAMS])
    context = {"rows": rows_of(streams), "anchoring": anchoring()}
    return render_page(request, "stream/list.html", context)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stream_create(request: TenantRequest) -> HttpResponse:
    """Answers with the secret, once, where there is one."""
    need(request, MANAGE)
    form = StreamForm(request.POST or None)
    if form.is_valid():
        try:
            issued = create_stream(actor=request.actor, **form.made())
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            if issued.secret:
                return render_page(request, "stream/secret.html", {"issued": issued})
            messages.success(request, "Added. Send a test to see whether it arrives.")
            return redirect("stream-detail", issued.id)
    status = 422 if form.is_bound else 200
    return render_page(request, "stream/edit.html", {"form": form, "stream": None}, status=status)


@require_safe
def stream_detail(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    need(request, Permission.AUDIT_READ)
    stream = stream_for(request.actor, stream_id)
    [row] = rows_of([stream])
    anchors = Anchor.objects.filter(stream_id=stream.id).order_by("-checkpoint")
    context = {"stream": stream, "row": row, "anchors": list(anchors[:NEWEST_ANCHORS])}
    return render_page(request, "stream/detail.html", context)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def stream_edit(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    stream = _managed(request, stream_id)
    form = StreamChange(request.POST or None, initial=shown(stream))
    if form.is_valid():
        try:
            edit_stream(actor=request.actor, stream=stream, asked=form.asked(stream))
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Saved. It goes on from where it stood.")
            return redirect("stream-detail", stream_id)
    status = 422 if form.is_bound else 200
    return render_page(request, "stream/edit.html", {"form": form, "stream": stream}, status=status)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stream_renew(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    stream = _managed(request, stream_id)
    if request.method != "POST":
        return render_page(request, "stream/renew.html", {"stream": stream})
    issued = renew_stream_secret(actor=request.actor, stream=stream)
    return render_page(request, "stream/secret.html", {"issued": issued})


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def stream_delete(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    stream = _managed(request, stream_id)
    if request.method != "POST":
        [row] = rows_of([stream])
        return render_page(request, "stream/delete.html", {"stream": stream, "row": row})
    delete_stream(actor=request.actor, stream=stream)
    messages.success(request, "Deleted. Nothing is sent there any more.")
    return redirect("stream-list")


@require_POST
def stream_test(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    send_stream_test(actor=request.actor, stream=_managed(request, stream_id))
    messages.success(request, "A test is on its way. Look again in a moment for what came of it.")
    return redirect("stream-detail", stream_id)


@require_POST
def stream_pause(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    pause_stream(actor=request.actor, stream=_managed(request, stream_id))
    messages.success(request, "Paused. It goes on from where it stands once you resume it.")
    return redirect("stream-detail", stream_id)


@require_POST
def stream_resume(request: TenantRequest, stream_id: UUID) -> HttpResponse:
    resume_stream(actor=request.actor, stream=_managed(request, stream_id))
    messages.success(request, "Resumed. What waited is on its way.")
    return redirect("stream-detail", stream_id)


def _managed(request: TenantRequest, stream_id: UUID) -> AuditStream:
    return stream_for(request.actor, stream_id, need=MANAGE)
