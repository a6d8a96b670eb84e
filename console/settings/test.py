"""Tests: the embedded PostgreSQL that tests/conftest.py starts, under the app role."""

import os

# Static analysis and `--help` import these settings with no instance at hand.
os.environ.setdefault("MNEMOSCOPE_SECRET_KEY", "test-only")
os.environ.setdefault("MNEMOSCOPE_CONTEXT_KEY", "00" * 32)
os.environ.setdefault("MNEMOSCOPE_ROOT_KEYS", "test:" + "11" * 32)
os.environ.setdefault("MNEMOSCOPE_DATABASE_URL", "postgresql://mnemoscope_app@/mnemoscope")
os.environ.setdefault("MNEMOSCOPE_OWNER_DATABASE_URL", "postgresql://mnemoscope_owner@/mnemoscope")

from console.settings.base import *  # noqa: F403
from console.settings.base import DATABASES

# gRPC's own handlers run in each process that a test forks, PostgreSQL's above all, and close what
# is no longer theirs. Nothing here uses gRPC across a fork.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

DATABASES["default"]["OPTIONS"].pop("pool", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are read where they lie: tests collect none.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CELERY_TASK_ALWAYS_EAGER = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
