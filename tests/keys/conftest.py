import pytest

from console.administration import create_tenant
from tests.cast import an_agent, remember


@pytest.fixture
def stored(committed_db):
    """acme with three memories, committed: two about subjects, one about nobody."""
    tenant = create_tenant(slug="acme", name="Acme")
    robo = an_agent(tenant, "robo")
    for content, subject in (("Likes tea.", "jonas"), ("Lives in Kiel.", "mia"), ("Noted.", "")):
        remember(robo, content, subject=subject)
    return tenant
