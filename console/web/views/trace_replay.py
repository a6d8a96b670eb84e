"""Reading stored spans anew: first what would change, then a replay that a page follows."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from audit.actions import begin_replay, stop_replay
from audit.actions.replay_traces import preview_replay, unfinished_replay
from audit.models import TraceReplay
from console.accounts.permissions import Permission
from console.platform.errors import ConflictError, NotFoundError, WrongStateError
from console.web.forms.trace_replay import PreviewForm, ReplayForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.trace_replay import changes_of

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def trace_replay(request: TenantRequest) -> HttpResponse:
    """What reading the newest spans anew would change; below that, for an owner, the replay."""
    need(request, Permission.SETTINGS_READ)
    form = ReplayForm(request.POST or None)
    if request.method == "POST":
        need(request, Permission.SETTINGS_MANAGE)
    if form.is_valid():
        try:
            begin_replay(actor=request.actor, **form.cleaned_data)
        except ConflictError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, "It begins within a few seconds, the newest spans first.")
            return redirect("trace-replay")
    asked = PreviewForm(request.GET if "newest" in request.GET else None)
    newest = asked.cleaned_data["newest"] if asked.is_valid() else PreviewForm.USUAL
    going = unfinished_replay()
    preview = None if going else preview_replay(actor=request.actor, newest=newest)
    context = {
        "asked": asked,
        "form": form,
        "going": going,
        "preview": preview,
        "changes": changes_of(preview) if preview else [],
        "history": list(TraceReplay.objects.order_by("-id")[:MOST_SHOWN]),
        "tab": "replay",
    }
    status = 409 if form.errors else 200
    return render_page(request, "trace_rules/replay.html", context, status=status)


@require_POST
def trace_replay_stop(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_MANAGE)
    replay = unfinished_replay()
    if replay is None:
        raise NotFoundError(request.path, noun="replay")
    try:
        stop_replay(actor=request.actor, replay=replay)
    except WrongStateError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, "Stopped. What was read anew so far stays so.")
    return redirect("trace-replay")
