"""The OpenAPI document and its page. Open to strangers: they tell nothing of any tenant."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML, or as JSON where Accept or `?format=json` asks for it."""


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files, under the site's Content-Security-Policy as it is."""

    url_name = "api-schema"
    template_name = "api/docs.html"
    title = "Mnemoscope API"
