"""The living page of components is the builders' alone, and complete."""

import re

from django.conf import settings

from console.web.screens.design import THEMES

CSS = settings.PROJECT_ROOT / "static" / "css"


def test_nobody_finds_it_where_the_product_runs(desk, alice):
    assert desk(alice).get("/design/").status_code == 404


def test_a_builder_sees_each_component_in_both_themes(desk, alice, settings):
    settings.DEBUG = True
    page = desk(alice).get("/design/").content.decode()
    for theme in THEMES:
        assert f'data-theme="{theme}"' in page
    for part in ("button", "badge", "note", "toast", "field", "tile", "item", "table", "empty"):
        assert page.count(f'class="{part}"') >= len(THEMES), part
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
