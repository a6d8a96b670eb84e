from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from console.accounts.permissions import Permission
from console.tenancy.models import Tenant
from console.web.forms.request import DeskForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from memory.desk import set_desk
from memory.desk.setting import desk_in_force
from memory.models import DeskSetting

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def desk_setting(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    desk = desk_in_force()
    says = {name: getattr(desk, name) for name in DeskForm.base_fields if name != "reason"}
    form = DeskForm(request.POST or None, initial=says)
    if form.is_valid():
        set_desk(actor=request.actor, **form.cleaned_data)
        messages.success(request, "Changed, for what comes from now on.")
        return redirect("desk-setting")
    slug = Tenant.objects.values_list("slug", flat=True).get()
    context = {
        "form": form,
        "desk": desk,
        "address": request.build_absolute_uri(reverse("privacy-form", args=[slug])),
        "history": DeskSetting.objects.order_by("-id")[:MOST_SHOWN],
        "can_manage": request.actor.may(Permission.SETTINGS_MANAGE),
    }
    status = 422 if form.is_bound else 200
    return render_page(request, "settings/desk.html", context, status=status)
