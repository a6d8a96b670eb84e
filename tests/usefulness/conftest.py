from tests.timelines.conftest import ingest
from tests.web.conftest import desk

__all__ = ["desk", "ingest"]
