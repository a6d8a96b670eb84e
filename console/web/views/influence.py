from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.influence.after import decisions_in
from console.accounts.permissions import Permission
from console.web.forms.influence import InfluenceExportForm, InfluenceForm
from console.web.forms.memory import EndForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.influence import influence_screen
from console.web.screens.influence_export import ENDINGS, MEDIA_TYPES, document_of
from console.web.screens.influence_quarantine import chosen_ids, quarantine_screen
from console.web.step_up import step_up
from memory.actions import export_influence, quarantine_memories
from memory.influence.export import MOST_STEPS, rows_of
from memory.influence.told import told_of
from memory.reviews.decisions import Decision


@require_safe
def memory_influence(request: TenantRequest, memory_id: UUID) -> HttpResponse:
    need(request, Permission.TRACES_READ)
    named = request.GET.copy()
    named["memory"] = str(memory_id)
    return _page(request, InfluenceForm(named))


@require_safe
def influence(request: TenantRequest) -> HttpResponse:
    """From what the address names: an agent, a span by its trace, or a memory."""
    need(request, Permission.TRACES_READ)
    return _page(request, InfluenceForm(request.GET))


@require_POST
def influence_quarantine(request: TenantRequest) -> HttpResponse:
    """Shows what would become of each; done only when that page is confirmed."""
    need(request, Permission.REVIEW_DECIDE)
    start = InfluenceForm(request.GET)
    found = start.influence(request.actor)
    ids = chosen_ids(request.POST, told_of(found))
    if not ids:
        messages.warning(request, "Tick the memories to quarantine first.")
        return redirect(reverse("influence") + start.query)
    confirmed = "confirmed" in request.POST
    form = EndForm(Decision.QUARANTINE, request.POST if confirmed else None)
    led_by = f"{found.origin.kind} {found.origin.id}"
    if not form.is_valid():
        context = {
            "screen": quarantine_screen(request.actor, ids, led_by=led_by),
            "form": form,
            "query": start.query,
        }
        status = 422 if confirmed else 200
        return render_page(request, "influence/quarantine.html", context, status=status)
    batch = quarantine_memories(
        actor=request.actor, memory_ids=ids, led_by=led_by, **form.cleaned_data
    )
    if not batch.done:
        messages.error(request, f"None was quarantined. {batch.refused[0].refusal}")
        return redirect(reverse("influence") + start.query)
    messages.success(request, f"{len(batch.done)} quarantined: nobody recalls them any more.")
    return redirect("review-batch", batch.id)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def influence_export(request: TenantRequest) -> HttpResponse:
    """Asks why and in which form first."""
    need(request, Permission.TRACES_READ)
    start = InfluenceForm(request.GET)
    found = start.influence(request.actor)
    told = told_of(found)
    form = InfluenceExportForm(request.POST or None)
    if not form.is_valid():
        context = {"told": told, "form": form, "query": start.query}
        status = 422 if form.is_bound else 200
        return render_page(request, "influence/export.html", context, status=status)
    steps = decisions_in(found.turns, most=MOST_STEPS)
    content, kind = form.cleaned_data["words"] == "yes", form.cleaned_data["form"]
    export_influence(
        actor=request.actor,
        told=told,
        steps=len(steps),
        content=content,
        comment=form.cleaned_data["reason"],
    )
    name = f"influence-{found.origin.id.replace('/', '-')}.{ENDINGS[kind]}"
    return HttpResponse(
        document_of(rows_of(told, steps, content=content), kind),
        content_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: TenantRequest, form: InfluenceForm) -> HttpResponse:
    screen = influence_screen(request, request.actor, form)
    return render_page(request, "influence/page.html", {"screen": screen, "form": form})
