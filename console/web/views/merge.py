from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import InvalidInputError
from console.web.forms.merge import MergeForm
from console.web.forms.problems import show_problems
from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.memory_rows import MemoryRow, memory_rows
from memory.access import memory_for, visible_memories
from memory.actions import merge_memories
from memory.lifecycle import version_of
from memory.models import Memory, Visibility

MOST_OFFERED = 50


@require_http_methods(["GET", "HEAD", "POST"])
def memory_merge(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    memory = memory_for(request.actor, memory_id, need=Permission.MEMORY_WRITE)
    candidates = _candidates(request, memory)
    initial = {"content": version_of(memory).content}
    form = MergeForm(candidates, request.POST or None, initial=initial)
    if form.is_valid():
        chosen = [UUID(other) for other in form.cleaned_data["others"]]
        try:
            outcome = merge_memories(
                actor=request.actor,
                memories=[memory, *(memory_for(request.actor, other) for other in chosen)],
                content=form.cleaned_data["content"],
                reason=form.cleaned_data["reason"],
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            if outcome.review is None:
                messages.success(request, "Merged. This one is in force in their place.")
            else:
                messages.warning(request, "It waits for review; till then they stay in force.")
            return redirect("memory-detail", outcome.id)
    status = 422 if form.is_bound else 200
    context = {"memory": memory, "form": form, "candidates": candidates}
    return render_page(request, "memory/merge.html", context, status=status)


def _candidates(request: TenantRequest, memory: Memory) -> list[MemoryRow]:
    """The others in force about the same person, or about nobody at the same place."""
    others = visible_memories(request.actor) & Memory.objects.in_force(now())
    others = others.filter(subject_id=memory.subject_id).exclude(id=memory.id)
    others = others.exclude(visibility=Visibility.AGENT)
    if memory.subject_id is None:
        others = others.filter(namespace=memory.namespace)
    return memory_rows(list(others.order_by("-id")[:MOST_OFFERED]))
