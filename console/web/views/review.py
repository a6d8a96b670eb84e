from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.review import DecisionForm, ReviewFilter, reviews_in
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.review import QUEUE_ORDER, next_in_queue, queue_rows, review_screen
from memory.access import review_for, visible_reviews
from memory.actions import decide_review
from memory.models import ReviewItem, ReviewKind
from memory.reviews.decisions import Decision

DONE = {
    Decision.APPROVE: "Approved. Agents can recall it now.",
    Decision.EDIT: "Approved with your text.",
    Decision.REJECT: "Rejected.",
    Decision.EXPIRE: "Expired.",
    Decision.DELETE: "Deleted.",
}
# What was in force was never held.
KEPT = "Kept. It stays in force."
RENEWAL_DONE = {
    Decision.APPROVE: "Renewed. It lives as long again.",
    Decision.REJECT: "Let go. It ends when it was to end.",
}
ENDORSED = "Your approval counts. It takes effect once another person approves it too."


@require_safe
def review_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.REVIEW_READ)
    filters = ReviewFilter(request.GET)
    status = "decided" if request.GET.get("status") == "decided" else "open"
    reviews = reviews_in(status, filters.apply(visible_reviews(request.actor)))
    order = QUEUE_ORDER if status == "open" else ("-closed_at", "-id")
    page = paginate(request, reviews, order=order)
    context = {
        "filters": filters,
        "status": status,
        "page": page,
        "rows": queue_rows(page.items),
    }
    return render_page(request, "review/list.html", context, fragment="results")


@require_safe
def review_detail(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id)
    return render_page(request, "review/detail.html", _context(request, review))


@require_POST
def review_decide(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    decision = _decision(request)
    form = DecisionForm(decision, request.POST)
    if not form.is_valid():
        return render_page(
            request, "review/detail.html", _context(request, review, form), status=422
        )
    if decision is Decision.DELETE and "confirmed" not in request.POST:
        return render_page(request, "review/confirm_delete.html", _context(request, review, form))
    following = next_in_queue(request.actor, review)
    try:
        decided = decide_review(
            actor=request.actor,
            review=review,
            decision=decision,
            reason=form.cleaned_data["reason"],
            comment=form.cleaned_data["comment"],
            content=form.cleaned_data.get("content"),
            seen_digest=bytes.fromhex(form.cleaned_data["seen"]),
        )
    except InvalidInputError as error:
        show_problems(form, error)
        return render_page(
            request, "review/detail.html", _context(request, review, form), status=422
        )
    messages.success(request, _done(decided, decision))
    if following is None:
        return redirect("review-list")
    return redirect("review-detail", following.id)


def _done(review: ReviewItem, decision: Decision) -> str:
    if review.is_open:
        return ENDORSED
    if review.kind == ReviewKind.RENEWAL and decision in RENEWAL_DONE:
        return RENEWAL_DONE[decision]
    if review.is_about_in_force and decision is Decision.APPROVE:
        return KEPT
    return DONE[decision]


def _decision(request: TenantRequest) -> Decision:
    sent = request.POST.get("decision", "")
    if sent not in DONE:
        raise InvalidInputError.on("decision", "unknown", "Choose one of the decisions.")
    return Decision(sent)


def _context(
    request: TenantRequest, review: ReviewItem, form: DecisionForm | None = None
) -> dict[str, object]:
    return {"screen": review_screen(request.actor, review, bound=form), "form": form}
