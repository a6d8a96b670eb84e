from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from console.accounts.permissions import Permission
from console.web.forms.recall_setting import RecallSettingForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from memory.actions import set_recall_weights
from memory.models import RecallSetting
from memory.retrieval.setting import weights_in_force
from memory.retrieval.weights import RecallWeights

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def recall_setting(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    form = RecallSettingForm(weights_in_force(), request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        set_recall_weights(actor=request.actor, weights=form.numbers(), reason=reason)
        messages.success(request, "Changed. The next recall ranks by it.")
        return redirect("recall-setting")
    newest = RecallSetting.objects.order_by("-id")[:MOST_SHOWN]
    history = [(setting, RecallWeights.known(setting.weights)) for setting in newest]
    context = {"form": form, "history": history}
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/recall.html", context, status=status)


@require_POST
def recall_setting_reset(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    set_recall_weights(actor=request.actor, weights=RecallWeights(), reason="defaults")
    messages.success(request, "Back to the defaults. The next recall ranks by them.")
    return redirect("recall-setting")
