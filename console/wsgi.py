import gc
import os
from importlib import import_module

import django
from django.conf import settings

from console.platform.telemetry.tracing import start_tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.prod")
start_tracing("mnemoscope-web")  # before the handler is made of the middleware
django.setup()

from console.api.front import FrontDoor  # noqa: E402 - needs the apps
from console.tenancy.lint import refuse_unsafe_database  # noqa: E402 - likewise
from memory.retrieval.embedding import embedding_provider  # noqa: E402 - likewise

application = FrontDoor()
# A server that starts on a database that leaks between tenants must not start.
refuse_unsafe_database()
# The model takes a second to load: here, not in somebody's first recall.
embedding_provider()
# So are the pages.
import_module(settings.ROOT_URLCONF)
# What stands now stands for good. To look through it for garbage took a tenth of a second of some
# request, again and again.
gc.collect()
gc.freeze()
