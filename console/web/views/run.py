import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from audit.models import Run, RunResult
from audit.outcomes import RunName
from audit.timelines.runs import run_of
from audit.timelines.waterfall import waterfall_of
from console.accounts.permissions import Permission
from console.web.forms.outcome import OutcomeForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.run import RunAsked, run_screen
from console.web.screens.run_steps import etag_of, steps_json
from console.web.screens.run_time import run_time_screen
from memory.actions import report_outcome

ROW, SPAN_ID = re.compile("[0-9]{1,6}"), re.compile("[0-9a-f]{16}")


@require_safe
def run_detail(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    context = run_context(request, run_of(run_id))
    return render_page(request, "run/detail.html", context, fragment="panel")


@require_safe
def run_steps(request: TenantRequest, run_id: UUID) -> HttpResponseBase:
    """All steps, for the scripts; 304 as long as nothing of the run has changed."""
    need(request, Permission.TRACES_READ)
    run = run_of(run_id)
    etag = etag_of(run)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(steps_json(waterfall_of(run)), content_type="application/json")
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def run_time(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    screen = run_time_screen(request.actor, run_of(run_id))
    return render_page(request, "run/time.html", {"screen": screen})


@require_POST
def run_outcome(request: TenantRequest, run_id: UUID) -> HttpResponse:
    need(request, Permission.OUTCOME_REPORT)
    run = run_of(run_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        context = {**run_context(request, run), "outcome_form": form}
        return render_page(request, "run/detail.html", context, status=422)
    report_outcome(
        actor=request.actor,
        run=RunName(run.id),
        result=RunResult(form.cleaned_data["result"]),
        score=form.cleaned_data["score"],
        comment=form.cleaned_data["note"],
    )
    messages.success(request, "On record. It counts for every memory the run used.")
    return redirect("run-detail", run.id)


def run_context(request: TenantRequest, run: Run, current: bytes | None = None) -> dict[str, Any]:
    """Lazy, for a request that shows one step of the run and nothing else."""
    begin, unfold = request.GET.get("row", ""), request.GET.get("unfold", "").split(",")
    asked = RunAsked(
        begin=int(begin) if ROW.fullmatch(begin) else None,
        current=current,
        unfolded=frozenset(bytes.fromhex(one) for one in unfold if SPAN_ID.fullmatch(one)),
    )
    return {
        "screen": SimpleLazyObject(lambda: run_screen(request.actor, run, asked)),
        "run": run,
        "outcome_form": OutcomeForm(),
    }
