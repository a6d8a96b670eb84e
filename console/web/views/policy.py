from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError
from console.web.forms.policy import MAX_COMMENT, PolicyEditor
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.policy import dry_run_screen, newest_versions, policy_screen, variables
from memory.actions import activate_policy, save_policy
from memory.actions.policy import AnotherPolicyError
from memory.models import SHIPPED, PolicyActivation
from memory.policies.dry_run import MOST_WRITES, USUAL_WRITES, dry_run
from memory.policies.versions import Sheet, latest_activation, number_in_force, sheet_for

MOST_SHOWN = 50


class SwitchForm(forms.Form):
    comment = forms.CharField(label="Why now", required=False, max_length=MAX_COMMENT)
    instead_of = forms.IntegerField(min_value=SHIPPED, widget=forms.HiddenInput)


class WritesForm(forms.Form):
    writes = forms.IntegerField(
        label="Last writes",
        min_value=1,
        max_value=MOST_WRITES,
        initial=USUAL_WRITES,
        help_text=f"At most {MOST_WRITES}.",
    )


@require_safe
def policy_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.POLICY_READ)
    activation = latest_activation()
    context = {
        "activation": activation,
        "current": activation.number if activation else SHIPPED,
        "versions": newest_versions(MOST_SHOWN),
        "history": list(PolicyActivation.objects.order_by("-id")[:MOST_SHOWN]),
    }
    return render_page(request, "policy/list.html", context)


@require_safe
def policy_detail(request: TenantRequest, number: int) -> HttpResponse:
    sheet = sheet_for(request.actor, number)
    screen = policy_screen(sheet, _current(request))
    return render_page(request, "policy/detail.html", {"screen": screen})


@require_http_methods(["GET", "HEAD", "POST"])
def policy_edit(request: TenantRequest, number: int) -> HttpResponse:
    """A new version that begins as version `number`; a button may move rules before it is saved."""
    sheet = sheet_for(request.actor, number, need=Permission.POLICY_EDIT)
    status = 200
    if request.method != "POST":
        editor = PolicyEditor.of(sheet.body)
    else:
        editor = PolicyEditor.sent(request.POST)
        if request.POST.get("do") == "save":
            try:
                saved = save_policy(actor=request.actor, body=editor.body(), comment=editor.said)
            except InvalidInputError as error:
                editor.show(error)
                status = 422
            else:
                messages.success(
                    request, f"Saved as version {saved.number}. Try it, then switch it on."
                )
                return redirect("policy-try", saved.number)
    context = {"editor": editor, "sheet": sheet, "variables": variables()}
    return render_page(request, "policy/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_try(request: TenantRequest, number: int) -> HttpResponse:
    """What the version would have done; below that, for the owner, the switch."""
    sheet = sheet_for(request.actor, number)
    current = number_in_force()
    form = SwitchForm(request.POST or None, initial={"instead_of": current})
    if form.is_valid():
        sheet = sheet_for(request.actor, number, need=Permission.POLICY_EDIT)
        try:
            activate_policy(actor=request.actor, version=sheet.row, **form.cleaned_data)
        except AnotherPolicyError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, f"Version {number} rules from the next write on.")
            return redirect("policy-list")
    asked = WritesForm(request.GET if "writes" in request.GET else None)
    writes = asked.cleaned_data["writes"] if asked.is_valid() else USUAL_WRITES
    context = {
        "sheet": sheet,
        "current": current,
        "asked": asked,
        "screen": dry_run_screen(dry_run(sheet.compiled, writes=writes)),
        "form": form,
    }
    status = 409 if form.is_bound else 200
    return render_page(request, "policy/try.html", context, status=status)


def _current(request: TenantRequest) -> Sheet:
    return sheet_for(request.actor, number_in_force())
