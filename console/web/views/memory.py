from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.memory import EndForm, MemoryFilter, PastForm, ReviseForm
from console.web.forms.problems import show_problems
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.memory import memory_screen
from console.web.screens.memory_list import memory_list_of
from console.web.screens.memory_then import memory_then, stops_of
from console.web.screens.moments import moments_of
from console.web.views.memory_history import show_versions
from memory.access import memory_for, read_memory, version_for
from memory.actions import (
    expire_memory,
    restore_version,
    retire_memory,
    reveal_memory,
    revise_memory,
)
from memory.models import Memory
from memory.proposals import WriteOutcome
from memory.reviews.decisions import Decision
from memory.writes import as_written


@require_safe
def memory_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.MEMORY_READ)
    filters = MemoryFilter(request.GET)
    context = {"filters": filters, "screen": memory_list_of(request, filters)}
    return render_page(request, "memory/list.html", context, fragment="browse")


@require_safe
def memory_detail(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    # Those who keep the evidence reach a deleted memory too, to read it.
    deleted = request.actor.may(Permission.AUDIT_READ)
    past = PastForm(request.GET)
    if past.moment is not None:
        memory = memory_for(request.actor, memory_id, deleted=deleted)
        return _then(request, memory, past, past.moment)
    memory = read_memory(request.actor, memory_id, deleted=deleted)
    return render_page(request, "memory/detail.html", _context(request, memory))


@require_POST
def memory_reveal(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    """The same page with nothing masked, once: whoever looks again asks again."""
    deleted = request.actor.may(Permission.AUDIT_READ)
    memory = memory_for(request.actor, memory_id, deleted=deleted)
    reveal_memory(actor=request.actor, memory=memory)
    past = PastForm(request.GET)
    if past.moment is not None:
        return _then(request, memory, past, past.moment, revealed=True)
    if "old" in request.GET:
        return show_versions(request, memory, revealed=True)
    context = _context(request, memory, revealed=True)
    return render_page(request, "memory/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def memory_revise(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    memory = memory_for(request.actor, memory_id, need=Permission.MEMORY_WRITE)
    context = _context(request, memory)
    version = context["screen"].version
    if context["screen"].mask.found:  # the form cannot show it masked
        reveal_memory(actor=request.actor, memory=memory)
    initial = {"content": version.content, "version": memory.version}
    form = ReviseForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            outcome = revise_memory(
                actor=request.actor,
                memory=memory,
                write=replace(as_written(memory, version), content=form.cleaned_data["content"]),
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            _tell(request, outcome)
            return redirect("memory-detail", memory.id)
    status = 422 if form.is_bound else 200
    return render_page(request, "memory/revise.html", {**context, "form": form}, status=status)


@require_POST
def memory_restore(request: TenantRequest, memory_id: UUID, number: int) -> HttpResponse:
    memory = memory_for(request.actor, memory_id, need=Permission.MEMORY_WRITE)
    version = version_for(request.actor, memory, number)
    _tell(request, restore_version(actor=request.actor, memory=memory, version=version))
    return redirect("memory-detail", memory.id)


@require_POST
def memory_expire(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    memory = memory_for(request.actor, memory_id, need=Permission.MEMORY_EXPIRE)
    form = EndForm(Decision.EXPIRE, request.POST)
    if not form.is_valid():
        context = {**_context(request, memory), "expire_form": form}
        return render_page(request, "memory/detail.html", context, status=422)
    expire_memory(actor=request.actor, memory=memory, **form.cleaned_data)
    messages.success(request, "Expired. It stays readable as history and is recalled no more.")
    return redirect("memory-detail", memory.id)


@require_http_methods(["GET", "HEAD", "POST"])
def memory_delete(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    """Asks first: a page of its own, so that it works and is understood without a script."""
    memory = memory_for(request.actor, memory_id, need=Permission.MEMORY_DELETE)
    form = EndForm(Decision.DELETE, request.POST or None)
    if not form.is_valid():
        context = {**_context(request, memory), "form": form}
        status = 422 if form.is_bound else 200
        return render_page(request, "memory/delete.html", context, status=status)
    retire_memory(actor=request.actor, memory=memory, **form.cleaned_data)
    messages.success(request, "Deleted. Nobody reads or recalls it again.")
    return redirect("memory-list")


def _context(request: TenantRequest, memory: Memory, *, revealed: bool = False) -> dict[str, Any]:
    screen = memory_screen(request.actor, memory, revealed=revealed)
    changed = screen.changed.at if screen.changed else None
    return {
        "screen": screen,
        "expire_form": EndForm(Decision.EXPIRE),
        "past": PastForm(request.GET),
        "moments": moments_of(QueryDict(), changed),
        "stops": stops_of(request.actor, memory, None),
    }


def _then(
    request: TenantRequest,
    memory: Memory,
    past: PastForm,
    at: datetime,
    *,
    revealed: bool = False,
) -> HttpResponse:
    valid_at = past.chosen.get("valid_at") or at
    screen = memory_then(request.actor, memory, at=at, valid_at=valid_at, revealed=revealed)
    context = {
        "memory": memory,
        "screen": screen,
        "at": at,
        "past": past,
        "moments": moments_of(request.GET, None),
        "stops": stops_of(request.actor, memory, at),
    }
    return render_page(request, "memory/then.html", context)


def _tell(request: TenantRequest, outcome: WriteOutcome) -> None:
    if outcome.review is None:
        messages.success(request, f"Version {outcome.version.number} is in force.")
    else:
        sentence = f"Version {outcome.version.number} waits for review by somebody else."
        messages.warning(request, sentence)
