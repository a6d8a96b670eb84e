"""What a memory was, and who used it."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console.accounts.permissions import Permission
from console.web.forms.memory_uses import UseFilter
from console.web.forms.memory_versions import CompareForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.memory_uses import accesses_of, use_rows
from console.web.screens.memory_versions import comparison_of, numbers_of
from memory.access import memory_for, read_memory
from memory.models import Memory


@require_safe
def memory_versions(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    deleted = request.actor.may(Permission.AUDIT_READ)
    return show_versions(request, read_memory(request.actor, memory_id, deleted=deleted))


def show_versions(
    request: TenantRequest, memory: Memory, *, revealed: bool = False
) -> HttpResponse:
    form = CompareForm(request.GET, numbers_of(request.actor, memory), memory.version)
    comparison = None
    if form.is_valid():
        comparison = comparison_of(request.actor, memory, **form.cleaned_data, revealed=revealed)
    context = {"memory": memory, "form": form, "comparison": comparison}
    return render_page(request, "memory/versions.html", context, fragment="compared")


@require_safe
def memory_uses(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    deleted = request.actor.may(Permission.AUDIT_READ)
    memory = memory_for(request.actor, memory_id, deleted=deleted)
    filters = UseFilter(request.GET)
    page = paginate(request, filters.apply(accesses_of(memory)), order=("-at", "-id"))
    context = {
        "memory": memory,
        "filters": filters,
        "page": page,
        "rows": use_rows(page.items),
    }
    return render_page(request, "memory/uses.html", context, fragment="results")
