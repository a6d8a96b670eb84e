from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from console.accounts.permissions import Permission
from console.web.forms.lifecycle_setting import LifecycleSettingForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from memory.actions import set_lifecycle_rules
from memory.keeping.rules import LifecycleRules
from memory.keeping.setting import rules_in_force
from memory.models import LifecycleSetting

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def lifecycle_setting(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    form = LifecycleSettingForm(rules_in_force(), request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        set_lifecycle_rules(actor=request.actor, rules=form.numbers(), reason=reason)
        messages.success(request, "Changed. The next sweep keeps to it.")
        return redirect("lifecycle-setting")
    newest = LifecycleSetting.objects.order_by("-id")[:MOST_SHOWN]
    history = [(setting, LifecycleRules.known(setting.rules)) for setting in newest]
    context = {"form": form, "history": history}
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/lifecycle.html", context, status=status)


@require_POST
def lifecycle_setting_reset(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    set_lifecycle_rules(actor=request.actor, rules=LifecycleRules(), reason="defaults")
    messages.success(request, "Back to the defaults. The next sweep keeps to them.")
    return redirect("lifecycle-setting")
