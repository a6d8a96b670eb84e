import csv
from io import StringIO
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.access_review.actions import attest_lines, revoke_line, start_access_review
from console.access_review.models import AccessReview, GrantKind, Line
from console.access_review.standing import access_review_standing
from console.accounts.permissions import Permission
from console.platform.cells import harmless
from console.platform.errors import NotFoundError
from console.web.forms.access_review import AttestForm, RevokeForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.access_review import evidence, line_rows, progress_of
from console.web.step_up import step_up


@require_safe
def access_review_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.MEMBERS_READ)
    page = paginate(request, AccessReview.objects.all(), order=("-id",))
    context = {"page": page, "standing": access_review_standing()}
    return render_page(request, "settings/access_reviews.html", context)


@require_POST
def access_review_start(request: TenantRequest) -> HttpResponse:
    need(request, Permission.MEMBERS_MANAGE)
    review = start_access_review(actor=request.actor)
    return redirect("access-review", review.id)


@require_safe
def access_review_detail(request: TenantRequest, review_id: UUID) -> HttpResponse:
    """Lines without an answer first; `kind` and `all` are part of the address."""
    review = _review(request, review_id)
    kind = request.GET.get("kind", "")
    is_all = not review.is_open or "all" in request.GET
    lines = Line.objects.filter(review_id=review.id)
    if kind in GrantKind.values:
        lines = lines.filter(kind=kind)
    if not is_all:
        lines = lines.filter(answers__isnull=True)
    page = paginate(request, lines, order=("kind", "id"))
    context = {
        "review": review,
        "page": page,
        "rows": line_rows(request.actor, page.items, is_open=review.is_open),
        "progress": progress_of(review),
        "kind": kind,
        "is_all": is_all,
    }
    return render_page(request, "settings/access_review.html", context)


@require_POST
def access_review_attest(request: TenantRequest, review_id: UUID) -> HttpResponse:
    review = _review(request, review_id)
    form = AttestForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.non_field_errors())))
        return redirect("access-review", review.id)
    answered = attest_lines(actor=request.actor, review=review, seen=form.cleaned_data["seen"])
    count = len(answered.changed)
    messages.success(request, f"Attested {count} grant{'' if count == 1 else 's'}.")
    return redirect("access-review", review.id)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def access_review_revoke(request: TenantRequest, review_id: UUID, line_id: UUID) -> HttpResponse:
    need(request, Permission.MEMBERS_MANAGE)
    review = _review(request, review_id)
    line = Line.objects.filter(review_id=review.id, id=line_id).first()
    if line is None:
        raise NotFoundError(line_id, noun="line")
    form = RevokeForm(request.POST or None)
    if form.is_valid():
        revoke_line(actor=request.actor, review=review, line=line, **form.cleaned_data)
        messages.success(request, f"Revoked {line.name}.")
        return redirect("access-review", review.id)
    status = 422 if form.is_bound else 200
    [row] = line_rows(request.actor, [line], is_open=review.is_open)
    context = {"form": form, "review": review, "row": row}
    return render_page(request, "settings/access_review_revoke.html", context, status=status)


@step_up
@require_safe
def access_review_export(request: TenantRequest, review_id: UUID, form: str) -> HttpResponse:
    review = _review(request, review_id)
    lines = list(evidence(review))
    if form == "json":
        document = {
            "review_id": str(review.id),
            "started_at": review.started_at,
            "started_by": review.started_by_label,
            "closed_at": review.closed_at,
            "lines": lines,
        }
        content: bytes | str = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    else:
        content = _csv(lines)
    kind = "application/json" if form == "json" else "text/csv; charset=utf-8"
    name = f"access-review-{review.started_at:%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _csv(lines: list[dict[str, Any]]) -> str:
    """RFC 4180; objects as JSON in their cell."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(lines[0] if lines else [])
    writer.writerows([harmless(value) for value in line.values()] for line in lines)
    return text.getvalue()


def _review(request: TenantRequest, review_id: UUID) -> AccessReview:
    need(request, Permission.MEMBERS_READ)
    review = AccessReview.objects.filter(id=review_id).first()
    if review is None:
        raise NotFoundError(review_id, noun="review of access")
    return review
