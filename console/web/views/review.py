from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.review import DecisionForm, ReviewFilter, SaveViewForm, reviews_in
from console.web.middleware import TenantRequest
from console.web.paging import following
from console.web.render import need, render_page
from console.web.screens.review import review_screen
from console.web.screens.review_queue import QUEUE_ORDER, query_of, queue_of
from memory.access import review_for, visible_reviews
from memory.actions import decide_review, reveal_personal_data
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
    return show_desk(request)


@require_safe
def review_detail(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id)
    return show_item(request, review)


@require_POST
def review_reveal(request: TenantRequest, review_id: UUID) -> HttpResponse:
    """The same page with nothing masked, once: whoever looks again asks again."""
    review = review_for(request.actor, review_id)
    reveal_personal_data(actor=request.actor, review=review)
    opened = Decision.EDIT if "edit" in request.POST else None
    return show_item(request, review, revealed=True, opened=opened)


@require_POST
def review_decide(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_DECIDE)
    decision = _decision(request)
    form = DecisionForm(decision, request.POST)
    if not form.is_valid():
        return show_item(request, review, form=form)
    if decision is Decision.DELETE and "confirmed" not in request.POST:
        return render_page(
            request, "review/confirm_delete.html", _confirmation(request, review, form)
        )
    onward = next_in_queue(request, review)
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
        return show_item(request, review, form=form)
    messages.success(request, _done(decided, decision))
    return lead_on(request, onward, left=decided)


def show_desk(request: TenantRequest, *, saving: SaveViewForm | None = None) -> HttpResponse:
    """The queue with no item open; `saving` is a name for its filters that does not hold."""
    context = queue_context(request) | ({"saving": saving} if saving else {})
    status = 422 if saving else 200
    return render_page(request, "review/desk.html", context, fragment="queue", status=status)


def show_item(
    request: TenantRequest,
    review: ReviewItem,
    *,
    form: DecisionForm | None = None,
    revealed: bool = False,
    opened: Decision | None = None,
) -> HttpResponse:
    """The item, and the queue beside it where a whole page is asked for."""
    screen = review_screen(request.actor, review, bound=form, revealed=revealed, opened=opened)
    context = queue_context(request) | {"screen": screen, "form": form}
    status = 200 if form is None else 422
    return render_page(request, "review/desk.html", context, fragment="item", status=status)


def lead_on(request: TenantRequest, onward: ReviewItem | None, *, left: ReviewItem) -> HttpResponse:
    """To the next item: by one answer where a script asked, by a redirect otherwise."""
    url = reverse("review-detail", args=[onward.id]) if onward else reverse("review-list")
    url += query_of(request)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    screen = review_screen(request.actor, onward) if onward else None
    context = queue_context(request) | {"screen": screen, "left": left}
    response = render_page(request, "review/desk.html", context, fragment="onward")
    response["HX-Push-Url"] = url
    return response


def queue_context(request: TenantRequest) -> dict[str, object]:
    """The queue is asked for only by templates that show it."""
    return {
        "queue": SimpleLazyObject(lambda: queue_of(request)),
        "query": query_of(request),
        "saving": SaveViewForm(),
    }


def next_in_queue(request: TenantRequest, review: ReviewItem) -> ReviewItem | None:
    """The item after this one in the queue on the screen, else its first."""
    queue = reviews_in("open", visible_reviews(request.actor)).exclude(id=review.id)
    if query_of(request):
        queue = ReviewFilter(request.GET).apply(queue)
    return following(queue, review, order=QUEUE_ORDER) or queue.order_by(*QUEUE_ORDER).first()


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


def _confirmation(
    request: TenantRequest, review: ReviewItem, form: DecisionForm
) -> dict[str, object]:
    screen = review_screen(request.actor, review)
    return {"screen": screen, "form": form, "query": query_of(request)}
