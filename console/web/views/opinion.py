from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from console.accounts.permissions import Permission
from console.web.forms.opinion import OpinionForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.quality import opinion_screen
from memory.actions import give_opinion
from memory.models import Verdict
from memory.reviews.opinions import opinion_for, waiting_for


@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: TenantRequest, opinion_id: UUID) -> HttpResponse:
    """An item decided blind. Nothing here tells what was decided, nor by whom."""
    need(request, Permission.REVIEW_DECIDE)
    asked = opinion_for(request.actor, opinion_id)
    screen = opinion_screen(asked)
    form = OpinionForm(request.POST or None, initial={"seen": screen.digest})
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        context = {"screen": screen, "form": form}
        return render_page(request, "review/opinion.html", context, status=status)
    give_opinion(
        actor=request.actor,
        opinion=asked,
        verdict=Verdict(form.cleaned_data["verdict"]),
        seen_digest=bytes.fromhex(form.cleaned_data["seen"]),
        comment=form.cleaned_data["comment"],
    )
    messages.success(request, "Thank you. Your answer counts, and changes nothing by itself.")
    following = waiting_for(request.actor).first()
    if following is None:
        return redirect("review-list")
    return redirect("opinion", following.id)
