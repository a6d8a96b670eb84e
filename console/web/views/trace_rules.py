"""What a tenant lays down about its spans: what they mean, what is taken out, what tokens cost."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actions import set_trace_rules
from audit.rules.kinds import RuleKind
from audit.rules.prices import Prices, shipped_prices
from audit.rules.redaction import CODES, Redaction
from audit.rules.setting import Rules, rules_in_force
from console.accounts.permissions import Permission
from console.platform.errors import ConflictError, InvalidInputError
from console.web.forms.trace_rules import RowForm, SampleForm
from console.web.middleware import TenantRequest
from console.web.render import need, render_page
from console.web.screens.trace_rules import (
    built_in_switches,
    editor_of,
    newest_replay,
    row_at,
    rules_screen,
    try_redaction,
    with_row,
    without_row,
)

SAVED = "Saved. It holds for spans that arrive from now on, in every process within 10 seconds."
CHANGED = "Somebody changed these rules meanwhile. This is how they are now; nothing was saved."


@require_safe
def trace_rules(request: TenantRequest, kind: str = RuleKind.MAPPING) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    return _list_page(request, kind, SampleForm())


@require_http_methods(["GET", "HEAD", "POST"])
def trace_rule_edit(request: TenantRequest, kind: str, at: int | None = None) -> HttpResponse:
    """A rule's own page; without `at` a new one. Redaction can be tried before it is saved."""
    need(request, Permission.SETTINGS_MANAGE)
    editor = editor_of(kind)
    rules, number = rules_in_force(editor.rules)
    initial: dict[str, Any] = {"seen": number}
    if at is not None:
        initial |= editor.form.shown(row_at(editor, rules, at))
    form = editor.form(request.POST or None, initial=initial)
    sample = SampleForm(request.POST or None)
    tries, trial = request.POST.get("do") == "try", None
    if form.is_valid() and sample.is_valid():
        edited = with_row(editor, rules, at, form.row())
        try:
            if tries:
                trial = try_redaction(edited.checked(), sample.cleaned_data["sample"])
            else:
                return _saved(request, edited, form)
        except InvalidInputError as error:
            form.show(error)
        except ConflictError:
            messages.error(request, CHANGED)
            return _back(kind)
    context = {"editor": editor, "kind": kind, "at": at, "form": form}
    context |= {"sample": sample, "trial": trial}
    status = 422 if form.errors or sample.errors else 200
    return render_page(request, "trace_rules/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def trace_rule_remove(request: TenantRequest, kind: str, at: int) -> HttpResponse:
    """Asks first."""
    need(request, Permission.SETTINGS_MANAGE)
    editor = editor_of(kind)
    rules, number = rules_in_force(editor.rules)
    row = row_at(editor, rules, at)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            set_trace_rules(
                actor=request.actor,
                rules=without_row(editor, rules, at),
                seen=int(seen) if seen.isdecimal() else -1,
                reason="removed",
            )
        except ConflictError:
            messages.error(request, CHANGED)
        else:
            messages.success(request, SAVED)
        return _back(kind)
    context = {"editor": editor, "kind": kind, "number": number}
    context["named"] = getattr(row, editor.named)
    return render_page(request, "trace_rules/remove.html", context)


@require_POST
def trace_rules_switch(request: TenantRequest, kind: str) -> HttpResponse:
    """What ships, switched on and off: built-in redaction by its codes, the list of prices."""
    need(request, Permission.SETTINGS_MANAGE)
    rules, number = rules_in_force(editor_of(kind).rules)
    on = set(request.POST.getlist("on"))
    changed: Rules = rules
    if isinstance(rules, Redaction):
        changed = replace(rules, off=CODES - on)
    elif isinstance(rules, Prices):
        changed = replace(rules, shipped="list" in on)
    if changed != rules:
        set_trace_rules(actor=request.actor, rules=changed, seen=number, reason="switched")
        messages.success(request, SAVED)
    return _back(kind)


@require_POST
def trace_rules_try(request: TenantRequest) -> HttpResponse:
    """What redaction in force does to a text that nobody keeps, or to the newest spans."""
    need(request, Permission.SETTINGS_READ)
    need(request, Permission.TRACES_READ)
    return _list_page(request, RuleKind.REDACTION, SampleForm(request.POST))


def _list_page(request: TenantRequest, kind: str, sample: SampleForm) -> HttpResponse:
    screen = rules_screen(kind)
    trial = None
    if sample.is_valid():
        trial = try_redaction(screen.rules, sample.cleaned_data["sample"])
    context = {"screen": screen, "tab": kind, "sample": sample, "trial": trial}
    if kind == RuleKind.REDACTION:
        context["switches"] = built_in_switches(screen.rules)
    else:
        context["replay"] = newest_replay()
    if kind == RuleKind.PRICES:
        context["shipped"] = shipped_prices()
    status = 422 if sample.errors else 200
    return render_page(request, f"trace_rules/{kind}.html", context, status=status)


def _saved(request: TenantRequest, rules: Rules, form: RowForm) -> HttpResponse:
    data = form.cleaned_data
    set_trace_rules(actor=request.actor, rules=rules, seen=data["seen"], reason=data["reason"])
    messages.success(request, SAVED)
    return _back(rules.kind)


def _back(kind: str) -> HttpResponseRedirect:
    return redirect("trace-setting") if kind == RuleKind.MAPPING else redirect("trace-rules", kind)
