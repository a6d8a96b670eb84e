from collections.abc import Iterator

import pytest

from tests.database import DATABASE
from tests.security.walls.truth import Truth
from tests.security.walls.walk import Tally, Walk
from tests.security.walls.world import three_houses


@pytest.fixture
def walk(committed_db, postgres) -> Iterator[Walk]:
    truth = Truth(postgres.dsn(database=DATABASE))
    made = Walk(three_houses(), truth, Tally())
    yield made
    made.close()
    truth.close()
