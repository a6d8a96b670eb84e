from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.quality import quality_screen
from memory.access import review_for
from memory.actions import set_gold_item, withdraw_gold_item


@require_safe
def quality(request: TenantRequest) -> HttpResponse:
    need(request, Permission.REVIEW_READ)
    return render_page(request, "review/quality.html", {"screen": quality_screen()})


@require_http_methods(["GET", "HEAD", "POST"])
def gold_set(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_OVERRULE)
    if request.method != "POST":
        return render_page(request, "review/gold.html", {"review": review})
    set_gold_item(actor=request.actor, review=review)
    messages.success(request, "Others are measured by it from now on.")
    return redirect("review-quality")


@require_POST
def gold_withdraw(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = review_for(request.actor, review_id, need=Permission.REVIEW_OVERRULE)
    withdraw_gold_item(actor=request.actor, review=review)
    messages.success(request, "Nobody is asked it any more. Answers that were given still count.")
    return redirect("review-quality")
