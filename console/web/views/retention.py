import csv
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.clock import now
from console.platform.errors import ConflictError
from console.web.forms.retention import RetentionForm
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.retention import retention_screen, words_of
from memory.access import retention_report_for, visible_retention_reports
from memory.actions import confirm_retention, simulate_retention
from memory.actions.retention import CONFIRMED_WITHIN
from memory.models import ReportKind, RetentionReport
from memory.retention.lines import Line
from memory.retention.rules import Rules, rules_in_force

MOST_SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: TenantRequest) -> HttpResponse:
    """What is sent is simulated first; the report of that is what is confirmed."""
    need(request, Permission.SETTINGS_READ)
    in_force = rules_in_force()
    form = RetentionForm(in_force, request.POST or None)
    rules = form.rules() if request.method == "POST" else None
    if rules is not None:
        report = simulate_retention(actor=request.actor, rules=rules, reason=form.reason)
        return redirect("retention-report", report.id)
    screen = retention_screen(in_force, most=MOST_SHOWN)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "screen": screen}
    return render_page(request, "retention/index.html", context, status=status)


@require_safe
def retention_reports(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    page = paginate(request, visible_retention_reports(request.actor), order=("-id",))
    return render_page(request, "retention/reports.html", {"page": page})


@require_safe
def retention_report(request: TenantRequest, report_id: UUID) -> HttpResponse:
    report = retention_report_for(request.actor, report_id)
    lines = [Line.from_json(line) for line in report.lines]
    form = request.GET.get("form")
    if form in {"csv", "json"}:
        return _as_file(report, lines, form)
    rules = Rules.from_json(report.rules)
    context = {
        "report": report,
        "lines": lines,
        "days": rules.traces.as_dict(),
        "event_days": rules.event_days,
        "rules": [(rule.name, words_of(rule)) for rule in rules.memories],
        "can_confirm": request.actor.may(Permission.SETTINGS_MANAGE)
        and report.kind == ReportKind.SIMULATED
        and report.made_at > now() - CONFIRMED_WITHIN
        and rules != rules_in_force(),
    }
    return render_page(request, "retention/report.html", context)


@require_POST
def retention_confirm(request: TenantRequest, report_id: UUID) -> HttpResponse:
    report = retention_report_for(request.actor, report_id)
    try:
        confirm_retention(actor=request.actor, report=report)
    except ConflictError as error:
        messages.error(request, error.detail)
        return redirect("retention-report", report.id)
    messages.success(request, "In force. The next sweep, within an hour, keeps to it.")
    return redirect("retention")


def _as_file(report: RetentionReport, lines: list[Line], form: str) -> HttpResponse:
    name = f'attachment; filename="retention-{report.kind}-{report.made_at:%Y-%m-%d}.{form}"'
    headers = {"Content-Disposition": name}
    if form == "json":
        made_by = {"kind": report.made_by_kind, "label": report.made_by_label}
        document = {
            "id": str(report.id),
            "kind": report.kind,
            "made_at": report.made_at.isoformat(),
            "made_by": made_by,
            "rules": report.rules,
            "lines": report.lines,
        }
        return JsonResponse(document, headers=headers, json_dumps_params={"indent": 2})
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    rows = csv.DictWriter(response, list(Line.__dataclass_fields__))
    rows.writeheader()
    rows.writerows(line.as_json() for line in lines)
    return response
