"""Taking an item, leaving it to others, raising it; and taking a decision back."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from console.accounts.permissions import Permission
from console.platform.errors import ClaimedByAnotherError, OwnProposalError, WrongStateError
from console.web.forms.review import EscalateForm, SkipForm
from console.web.middleware import TenantRequest
from console.web.render import render_page
from console.web.screens.review_presence import presence_of
from console.web.screens.review_queue import query_of
from console.web.views.review import lead_on, show_item
from memory.access import review_for
from memory.actions import (
    claim_review,
    escalate_review,
    keep_claim,
    release_claim,
    skip_review,
    undo_decision,
)
from memory.models import ReviewItem
from memory.reviews.presence import look_at
from memory.reviews.skipping import SkipReason

NO_CONTENT = 204


@require_POST
def review_presence(request: TenantRequest, review_id: UUID) -> HttpResponse:
    """The page says that it is open: the item is claimed, or the lease kept, if it can be."""
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    look_at(request.actor, review)
    review, may_decide = _held(request, review)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("review-detail", args=[review.id]) + query_of(request))
    presence = presence_of(request.actor, review, may_decide=may_decide)
    return render_page(
        request,
        "review/presence.html",
        {"presence": presence, "query": query_of(request)},
        fragment="presence",
    )


@require_POST
def review_release(request: TenantRequest, review_id: UUID) -> HttpResponse:
    """Told by a page that is left: what is not this person's any more need not be given back."""
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    with suppress(ClaimedByAnotherError, WrongStateError):
        release_claim(actor=request.actor, review=review)
    if "leave" in request.POST:
        return redirect(reverse("review-list") + query_of(request))
    return HttpResponse(status=NO_CONTENT)


@require_POST
def review_skip(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    form = SkipForm(request.POST)
    if not form.is_valid():
        return show_item(request, review, skip=form)
    skip_review(
        actor=request.actor,
        review=review,
        reason=SkipReason(form.cleaned_data["reason"]),
        comment=form.cleaned_data["comment"],
    )
    messages.success(request, "Left to others. It stays in the queue.")
    return lead_on(request)


@require_POST
def review_escalate(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    form = EscalateForm(request.POST)
    if not form.is_valid():
        return show_item(request, review, escalate=form)
    escalate_review(actor=request.actor, review=review, **form.cleaned_data)
    messages.success(request, "Escalated. Somebody else is led to it sooner.")
    return lead_on(request)


@require_POST
def review_undo(request: TenantRequest, review_id: UUID) -> HttpResponse:
    """Takes back the last decision, and opens the item again."""
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    undone = undo_decision(actor=request.actor, review=review)
    messages.success(request, "Taken back. It waits again.")
    return _reopened(request, undone)


def _reopened(request: TenantRequest, review: ReviewItem) -> HttpResponse:
    url = reverse("review-detail", args=[review.id]) + query_of(request)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = show_item(request, review_for(request.actor, review.id), fragment="reopened")
    response["HX-Push-Url"] = url
    response["HX-Trigger"] = "queue-changed"
    return response


def _held(request: TenantRequest, review: ReviewItem) -> tuple[ReviewItem, bool]:
    """The item, now this person's if it can be, and whether they may decide it at all."""
    if not review.is_open:
        return review, False
    try:
        if review.is_claimed and review.claimed_by_id == request.actor.id:
            return keep_claim(actor=request.actor, review=review), True
        return claim_review(actor=request.actor, review=review), True
    except OwnProposalError:
        return review, False
    except (ClaimedByAnotherError, WrongStateError):
        return review_for(request.actor, review.id), True
