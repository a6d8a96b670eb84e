from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, WrongStateError
from console.web.forms.problems import show_problems
from console.web.forms.review import DecisionForm, EscalateForm, SkipForm
from console.web.forms.review_filter import ReviewFilter, reviews_in
from console.web.forms.saved_view import SaveViewForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.review import review_screen
from console.web.screens.review_evidence import targets_of
from console.web.screens.review_last import last_decision
from console.web.screens.review_panels import PANELS
from console.web.screens.review_queue import query_of, queue_of
from memory.access import review_for, visible_reviews
from memory.actions import claim_next, decide_review, next_opinion, reveal_personal_data
from memory.models import ReviewItem, SecondOpinion
from memory.reviews.decisions import Decision


@require_safe
def review_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.REVIEW_READ)
    return show_desk(request)


@require_safe
def review_detail(request: TenantRequest, review_id: UUID) -> HttpResponse:
    return show_item(request, review_for(request.actor, review_id))


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
    targets = targets_of(request.actor, review, decision)
    form = DecisionForm(decision, request.POST, targets=targets)
    if not form.is_valid():
        return show_item(request, review, form=form)
    try:
        decided = decide_review(actor=request.actor, review=review, **form.asked)
    except InvalidInputError as error:
        show_problems(form, error)
        return show_item(request, review, form=form)
    second = next_opinion(actor=request.actor, queue=decided.queue)
    return lead_on(request, left=decided) if second is None else _to_second_look(request, second)


@require_POST
def review_next(request: TenantRequest) -> HttpResponse:
    """The first that nobody else works on, from now on this person's."""
    need(request, Permission.REVIEW_DECIDE)
    return lead_on(request)


def show_desk(request: TenantRequest, *, saving: SaveViewForm | None = None) -> HttpResponse:
    """The queue with no item open; `saving` is a name for its filters that does not hold."""
    context = desk_context(request) | ({"saving": saving} if saving else {})
    status = 422 if saving else 200
    return render_page(request, "review/desk.html", context, fragment="queue", status=status)


def show_item(
    request: TenantRequest,
    review: ReviewItem,
    *,
    form: DecisionForm | None = None,
    skip: SkipForm | None = None,
    escalate: EscalateForm | None = None,
    revealed: bool = False,
    opened: Decision | None = None,
    fragment: str = "item",
) -> HttpResponse:
    """The item, and the queue beside it where a whole page is asked for.

    A form given is one that was sent and does not hold.
    """
    screen = review_screen(request.actor, review, bound=form, revealed=revealed, opened=opened)
    context = desk_context(request) | {
        "screen": screen,
        "form": form,
        "skip": skip or SkipForm(),
        "escalate": escalate or EscalateForm(),
    }
    status = 422 if form or skip or escalate else 200
    return render_page(request, "review/desk.html", context, fragment=fragment, status=status)


def lead_on(request: TenantRequest, *, left: ReviewItem | None = None) -> HttpResponse:
    """To the next item of the queue on the screen, taken for this person.

    One answer where a script asked, a redirect otherwise.
    """
    onward = _claimed_next(request)
    url = reverse("review-detail", args=[onward.id]) if onward else reverse("review-list")
    url += query_of(request)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    screen = review_screen(request.actor, onward) if onward else None
    context = desk_context(request) | {
        "screen": screen,
        "left": left,
        "last": last_decision(request.actor),
        "skip": SkipForm(),
        "escalate": EscalateForm(),
    }
    response = render_page(request, "review/desk.html", context, fragment="onward")
    response["HX-Push-Url"] = url
    return response


def desk_context(request: TenantRequest) -> dict[str, object]:
    """The queue is asked for only by templates that show it."""
    return {
        "queue": SimpleLazyObject(lambda: queue_of(request)),
        "query": query_of(request),
        "saving": SaveViewForm(),
    }


def _claimed_next(request: TenantRequest) -> ReviewItem | None:
    among = reviews_in("open", visible_reviews(request.actor))
    if query_of(request):
        among = ReviewFilter(request.GET, request.actor).apply(among)
    try:
        return claim_next(actor=request.actor, among=among)
    except WrongStateError:
        return None  # they hold too many: the desk says which


def _to_second_look(request: TenantRequest, opinion: SecondOpinion) -> HttpResponse:
    """Now and then somebody decides blind what another has decided, before going on."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(reverse("opinion", args=[opinion.id]))
    return redirect("opinion", opinion.id)


def _decision(request: TenantRequest) -> Decision:
    sent = request.POST.get("decision", "")
    if sent not in {panel[0] for panel in PANELS}:
        raise InvalidInputError.on("decision", "unknown", "Choose one of the decisions.")
    return Decision(sent)
