from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import ConflictError, InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.snapshot import QuestionForm, SnapshotForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from memory.actions import create_snapshot, delete_snapshot, recall_snapshot
from memory.models import Snapshot, SnapshotItem
from memory.retrieval.query import Recall
from memory.snapshots.access import snapshot_for, visible_snapshots
from memory.snapshots.scope import MAX_ITEMS, items_of


@require_safe
def snapshot_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SNAPSHOT_READ)
    page = paginate(request, visible_snapshots(request.actor), order=("-id",))
    return render_page(request, "snapshot/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def snapshot_create(request: TenantRequest) -> HttpResponse:
    """The first step tells how much it would hold, the second keeps it."""
    need(request, Permission.SNAPSHOT_MANAGE)
    form = SnapshotForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            if form.cleaned_data["confirmed"]:
                snapshot = _created(request, form)
                messages.success(request, "Kept. Recall from it below, or by its name.")
                return redirect("snapshot-detail", snapshot.id)
            context |= _preview(form)
        except InvalidInputError as error:
            show_problems(form, error)
        except ConflictError as error:
            form.add_error("name", error.detail)
    status = 422 if form.errors else 200
    return render_page(request, "snapshot/create.html", context, status=status)


@require_safe
def snapshot_detail(request: TenantRequest, snapshot_id: UUID) -> HttpResponse:
    snapshot = snapshot_for(request.actor, snapshot_id)
    return _page(request, snapshot, QuestionForm())


@require_POST
def snapshot_recall(request: TenantRequest, snapshot_id: UUID) -> HttpResponse:
    """A recall is recorded, so it is no plain look at a page."""
    snapshot = snapshot_for(request.actor, snapshot_id, need=Permission.MEMORY_RECALL)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, snapshot, form, status=422)
    recall = recall_snapshot(actor=request.actor, snapshot=snapshot, query=form.question())
    return _page(request, snapshot, form, recall=recall)


@require_http_methods(["GET", "HEAD", "POST"])
def snapshot_delete(request: TenantRequest, snapshot_id: UUID) -> HttpResponse:
    snapshot = snapshot_for(request.actor, snapshot_id, need=Permission.SNAPSHOT_MANAGE)
    if request.method != "POST":
        return render_page(request, "snapshot/delete.html", {"snapshot": snapshot})
    delete_snapshot(actor=request.actor, snapshot=snapshot)
    messages.success(request, f"Deleted {snapshot.name}. Its memories stay as they are.")
    return redirect("snapshot-list")


def _created(request: TenantRequest, form: SnapshotForm) -> Snapshot:
    return create_snapshot(
        actor=request.actor,
        name=form.cleaned_data["name"],
        scope=form.scope(),
        expires_at=form.expires_at(),
        reason=form.cleaned_data["reason"],
    )


def _preview(form: SnapshotForm) -> dict[str, object]:
    scope = form.scope()
    count = len(items_of(scope))
    if count > MAX_ITEMS:
        raise InvalidInputError.on(
            "filters", "scope_too_large", f"More than {MAX_ITEMS:,} memories: narrow the scope."
        )
    # What is confirmed is what was counted: a moment later "now" would be another scope.
    confirmed = SnapshotForm(
        form.data.dict() | {"as_of": scope.as_of.isoformat(), "confirmed": "1"}  # type: ignore[attr-defined]
    )
    return {"form": confirmed, "scope": scope, "count": count}


def _page(
    request: TenantRequest,
    snapshot: Snapshot,
    form: QuestionForm,
    *,
    recall: Recall | None = None,
    status: int = 200,
) -> HttpResponse:
    items = SnapshotItem.objects.filter(snapshot_id=snapshot.id).select_related("memory")
    context = {
        "snapshot": snapshot,
        "page": paginate(request, items, order=("id",)),
        "form": form,
        "recall": recall,
    }
    return render_page(request, "snapshot/detail.html", context, status=status)
