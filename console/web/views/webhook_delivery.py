from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.accounts.permissions import Permission
from console.web.forms.webhook import ReplayForm
from console.web.middleware import TenantRequest
from console.web.quantities import MOST_COUNTED
from console.web.render import render_page
from console.web.screens.webhook import MEANINGS, attempts_of
from console.webhooks.access import deliveries_of, delivery_for, webhook_for
from console.webhooks.actions import replay_deliveries
from console.webhooks.models import WebhookDelivery
from console.webhooks.sending import message

MANAGE = Permission.SETTINGS_MANAGE


@require_safe
def delivery_detail(request: TenantRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    webhook = webhook_for(request.actor, webhook_id)
    delivery = delivery_for(webhook, delivery_id)
    context = {
        "webhook": webhook,
        "delivery": delivery,
        "attempts": attempts_of(delivery),
        "meaning": MEANINGS.get(delivery.last_error, ""),
        "body": message(delivery.event).decode(),
    }
    return render_page(request, "webhook/delivery.html", context)


@require_POST
def delivery_replay(request: TenantRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    webhook = webhook_for(request.actor, webhook_id, need=MANAGE)
    delivery = delivery_for(webhook, delivery_id)
    one = WebhookDelivery.objects.filter(id=delivery.id)
    replay_deliveries(actor=request.actor, endpoint=webhook, deliveries=one)
    messages.success(request, "It is on its way again, under the same id.")
    return redirect("webhook-delivery", webhook_id, delivery_id)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_replay(request: TenantRequest, webhook_id: UUID) -> HttpResponse:
    """Counts what failed in a period, and sends it again once that is confirmed."""
    webhook = webhook_for(request.actor, webhook_id, need=MANAGE)
    asked = request.POST or request.GET
    form = ReplayForm(asked if "period" in asked else {"period": "24"})
    failed = form.chosen(deliveries_of(webhook)) if form.is_valid() else None
    if request.method == "POST" and failed is not None:
        replayed = replay_deliveries(actor=request.actor, endpoint=webhook, deliveries=failed)
        plural = "" if replayed.count == 1 else "s"
        messages.success(request, f"{replayed.count} event{plural} on the way again.")
        return redirect("webhook-detail", webhook_id)
    count = failed[: MOST_COUNTED + 1].count() if failed is not None else 0
    context = {"webhook": webhook, "form": form, "count": count}
    status = 200 if failed is not None else 422
    return render_page(request, "webhook/replay.html", context, status=status)
