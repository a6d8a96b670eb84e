"""Three tenants in turn, each doing what it likes to what is the others'."""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from typing_extensions import override

from tests.security.walls import wakings
from tests.security.walls.exports import CREDENTIALS
from tests.security.walls.statements import INJECTIONS, READS, WRITES
from tests.security.walls.walk import Walk, chance

seeds = st.integers(0, 2**32 - 1)


class Walls(RuleBasedStateMachine):
    """`walk` is given by the test, which looks at its leaks afterwards.

    What is committed stays, so there is nothing to shrink: a leak names the steps since rows were
    compared last.
    """

    walk: ClassVar[Walk]

    @rule(number=st.integers(0, 2))
    def turn(self, number: int) -> None:
        self.walk.turn_to(number)

    @rule(seed=seeds, number=st.integers(0, 10_000), door=st.sampled_from(["api", "page"]))
    def knock(self, seed: int, number: int, door: str) -> None:
        """One rule for both doors: an address takes twenty times as long as a statement."""
        if door == "api":
            self.walk.api(chance(seed), number)
        else:
            self.walk.page(chance(seed))

    @rule(
        seed=seeds,
        door=st.sampled_from(["http", "grpc"]),
        credential=st.sampled_from(sorted(CREDENTIALS)),
    )
    def export(self, seed: int, door: str, credential: str) -> None:
        self.walk.export(chance(seed), door, credential)

    @rule(
        seed=seeds,
        number=st.integers(0, 10_000),
        way=st.sampled_from(["own", "another's", "nobody's"]),
    )
    def wake(self, seed: int, number: int, way: str) -> None:
        names = wakings.of_a_tenant()
        self.walk.wake(chance(seed), names[number % len(names)], way)

    @rule(seed=seeds)
    def use_the_orm(self, seed: int) -> None:
        self.walk.orm(chance(seed))

    @rule(seed=seeds, name=st.sampled_from(sorted(READS)))
    def read_by_sql(self, seed: int, name: str) -> None:
        self.walk.read(chance(seed), name)

    @rule(seed=seeds, name=st.sampled_from(sorted(WRITES)))
    def write_by_sql(self, seed: int, name: str) -> None:
        self.walk.write(chance(seed), name)

    @rule(seed=seeds)
    def copy_in(self, seed: int) -> None:
        self.walk.copy_in(chance(seed))

    @rule(seed=seeds, name=st.sampled_from(sorted(INJECTIONS)))
    def inject(self, seed: int, name: str) -> None:
        self.walk.inject(chance(seed), name)

    @rule(seed=seeds, which=st.integers(0, 12), how=st.integers(0, 4))
    def forge_a_context(self, seed: int, which: int, how: int) -> None:
        self.walk.forge(chance(seed), which, how)

    @override
    def teardown(self) -> None:
        self.walk.compare()
