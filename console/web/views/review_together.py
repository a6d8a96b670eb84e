from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from console.accounts.permissions import Permission
from console.web.forms.review import TogetherForm, chosen_ids, seen_of
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.review_queue import query_of
from console.web.screens.review_together import batch_screen, together_screen
from memory.access import visible_reviews
from memory.actions import decide_reviews, undo_decisions
from memory.models import ReviewItem
from memory.reviews.batch import MOST_AT_ONCE, Batch


@require_POST
def review_together(request: TenantRequest) -> HttpResponse:
    """Shows what would become of each; done only when that page is confirmed."""
    need(request, Permission.REVIEW_DECIDE)
    reviews = _chosen(request)
    if not reviews:
        messages.warning(request, "Tick the items to decide together first.")
        return redirect("review-list")
    form = TogetherForm(request.POST)
    if "confirmed" not in request.POST or not form.is_valid():
        return _preview(request, reviews, form)
    batch = decide_reviews(
        actor=request.actor,
        reviews=reviews,
        decision=form.chosen,
        reason=form.cleaned_data["reason"],
        comment=form.cleaned_data["comment"],
        seen=seen_of(reviews, request.POST),
    )
    if not batch.done:
        messages.error(request, f"None was decided. {batch.refused[0].refusal}")
        return redirect("review-list")
    messages.success(request, _told(batch, "decided"))
    return redirect("review-batch", batch.id)


@require_safe
def review_batch(request: TenantRequest, batch_id: UUID) -> HttpResponse:
    need(request, Permission.REVIEW_READ)
    return render_page(
        request, "review/batch.html", {"screen": batch_screen(request.actor, batch_id)}
    )


@require_POST
def review_batch_undo(request: TenantRequest, batch_id: UUID) -> HttpResponse:
    need(request, Permission.REVIEW_DECIDE)
    batch_screen(request.actor, batch_id)
    undone = undo_decisions(actor=request.actor, batch_id=batch_id)
    level = messages.success if undone.done else messages.error
    level(request, _told(undone, "taken back"))
    return redirect("review-batch", batch_id)


def _chosen(request: TenantRequest) -> list[ReviewItem]:
    ids = chosen_ids(request.POST)[:MOST_AT_ONCE]
    actor = request.actor
    found = {review.id: review for review in visible_reviews(actor).filter(id__in=ids)}
    return [found[one] for one in ids if one in found]


def _preview(request: TenantRequest, reviews: list[ReviewItem], form: TogetherForm) -> HttpResponse:
    screen = together_screen(request.actor, reviews, form)
    status = 422 if "confirmed" in request.POST else 200
    context = {"screen": screen, "query": query_of(request)}
    return render_page(request, "review/together.html", context, status=status)


def _told(batch: Batch, deed: str) -> str:
    refused = len(batch.refused)
    rest = f" {refused} refused: {batch.refused[0].refusal}" if refused else ""
    return f"{len(batch.done)} {deed}.{rest}"
