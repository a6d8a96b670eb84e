from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from audit.actions import set_trace_retention
from audit.models import TraceRetention
from audit.rules.retention import Retention
from audit.rules.setting import retention_of_tenant
from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.problems import show_problems
from console.web.forms.trace_retention import RetentionForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.trace_retention import stored_parts

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def trace_retention(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    form = RetentionForm(retention_of_tenant(), request.POST or None)
    if form.is_valid():
        try:
            set_trace_retention(
                actor=request.actor, days=form.numbers(), reason=form.cleaned_data["reason"]
            )
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Changed. The next sweep keeps to it.")
            return redirect("trace-retention")
    newest = TraceRetention.objects.order_by("-id")[:MOST_SHOWN]
    context = {
        "form": form,
        "history": [(setting, Retention.known(setting.days)) for setting in newest],
        "stored": stored_parts(retention_of_tenant()),
        "tab": "retention",
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "trace_rules/retention.html", context, status=status)


@require_POST
def trace_retention_reset(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    set_trace_retention(actor=request.actor, days=Retention(), reason="defaults")
    messages.success(request, "Back to the defaults. The next sweep keeps to them.")
    return redirect("trace-retention")
