from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.platform.errors import InvalidInputError, WrongStateError
from console.web.forms.problems import show_problems
from console.web.forms.webhook import (
    DeliveryFilter,
    RotateSecretForm,
    WebhookForm,
    shown,
)
from console.web.middleware import TenantRequest
from console.web.paging import paginate
from console.web.render import need, render_page
from console.web.screens.webhook import rows_of
from console.web.step_up import step_up
from console.webhooks.access import deliveries_of, visible_webhooks, webhook_for
from console.webhooks.actions import (
    create_webhook,
    delete_webhook,
    edit_webhook,
    pause_webhook,
    resume_webhook,
    rotate_webhook_secret,
    send_test,
)
from console.webhooks.actions.create import MOST_ENDPOINTS
from console.webhooks.models import WebhookEndpoint

MANAGE = Permission.SETTINGS_MANAGE


@require_safe
def webhook_list(request: TenantRequest) -> HttpResponse:
    need(request, Permission.SETTINGS_READ)
    endpoints = list(visible_webhooks(request.actor).order_by("id")[:MOST_ENDPOINTS])
    return render_page(request, "webhook/list.html", {"rows": rows_of(endpoints)})


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_create(request: TenantRequest) -> HttpResponse:
    """Answers with the secret, once, as for a key."""
    need(request, MANAGE)
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            issued = create_webhook(actor=request.actor, **form.asked())
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            return render_page(request, "webhook/secret.html", {"issued": issued})
    status = 422 if form.is_bound else 200
    context = {"form": form, "webhook": None}
    return render_page(request, "webhook/edit.html", context, status=status)


@require_safe
def webhook_detail(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    webhook = webhook_for(request.actor, webhook_id)
    filters = DeliveryFilter(request.GET)
    page = paginate(request, filters.apply(deliveries_of(webhook)), order=("-id",))
    [row] = rows_of([webhook])
    context = {"webhook": webhook, "row": row, "filters": filters, "page": page}
    return render_page(request, "webhook/detail.html", context, fragment="results")


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _managed(request, webhook_id)
    form = WebhookForm(request.POST or None, initial=shown(webhook))
    if form.is_valid():
        try:
            edit_webhook(actor=request.actor, endpoint=webhook, **form.asked())
        except InvalidInputError as error:
            show_problems(form, error)
        else:
            messages.success(request, "Saved. It holds for what happens from now on.")
            return redirect("webhook-detail", webhook_id)
    status = 422 if form.is_bound else 200
    context = {"form": form, "webhook": webhook}
    return render_page(request, "webhook/edit.html", context, status=status)


@step_up
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_rotate(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _managed(request, webhook_id)
    form = RotateSecretForm(request.POST or None)
    if form.is_valid():
        try:
            issued = rotate_webhook_secret(
                actor=request.actor, endpoint=webhook, overlap=form.for_how_long()
            )
        except WrongStateError as error:
            form.add_error(None, error.detail)
        else:
            return render_page(request, "webhook/secret.html", {"issued": issued})
    status = 422 if form.is_bound else 200
    context = {"form": form, "webhook": webhook}
    return render_page(request, "webhook/rotate.html", context, status=status)


@step_up
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_delete(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    """Asks first: the log goes with it."""
    webhook = _managed(request, webhook_id)
    if request.method != "POST":
        [row] = rows_of([webhook])
        return render_page(request, "webhook/delete.html", {"webhook": webhook, "row": row})
    delete_webhook(actor=request.actor, endpoint=webhook)
    messages.success(request, "Deleted. Nothing is sent there any more.")
    return redirect("webhook-list")


@require_POST
def webhook_test(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    delivery = send_test(actor=request.actor, endpoint=_managed(request, webhook_id))
    messages.success(request, "A test is on its way. Look again in a moment for the answer.")
    return redirect("webhook-delivery", webhook_id, delivery.id)


@require_POST
def webhook_pause(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    pause_webhook(actor=request.actor, endpoint=_managed(request, webhook_id))
    messages.success(request, "Paused. Events are collected until you resume it.")
    return redirect("webhook-detail", webhook_id)


@require_POST
def webhook_resume(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    resume_webhook(actor=request.actor, endpoint=_managed(request, webhook_id))
    messages.success(request, "Resumed. What waited is on its way.")
    return redirect("webhook-detail", webhook_id)


def _managed(request: TenantRequest, webhook_id: UUID) -> WebhookEndpoint:
    return webhook_for(request.actor, webhook_id, need=MANAGE)
