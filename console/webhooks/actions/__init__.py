"""Audited changes to webhooks. Sending is none: what is sent is noted in the delivery log."""

from console.webhooks.actions.create import IssuedWebhook, create_webhook
from console.webhooks.actions.delete import delete_webhook
from console.webhooks.actions.disable import disable_webhook, pause_webhook, resume_webhook
from console.webhooks.actions.edit import edit_webhook
from console.webhooks.actions.replay import Replayed, replay_deliveries, send_test
from console.webhooks.actions.rotate import rotate_webhook_secret

__all__ = [
    "IssuedWebhook",
    "Replayed",
    "create_webhook",
    "delete_webhook",
    "disable_webhook",
    "edit_webhook",
    "pause_webhook",
    "replay_deliveries",
    "resume_webhook",
    "rotate_webhook_secret",
    "send_test",
]
