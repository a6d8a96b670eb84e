import os

from django.core.wsgi import get_wsgi_application

from console.tenancy.lint import refuse_unsafe_database
from memory.retrieval.embedding import embedding_provider

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings.prod")
application = get_wsgi_application()

# A server that starts on a database that leaks between tenants must not start.
refuse_unsafe_database()

# The model takes a second to load: here, not in somebody's first recall.
embedding_provider()
