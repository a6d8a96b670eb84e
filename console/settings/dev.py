"""Working on the product itself: `manage.py runserver --settings console.settings.dev`."""

from console.settings.base import *  # noqa: F403

DEBUG = True
WEBHOOK_ALLOW_PRIVATE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
