"""What a killed instance left running in a data folder. The caller holds the folder."""

from pathlib import Path

from console.runtime import postmaster
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.program import end_marked


def end_leftovers(home: Path) -> None:
    end_marked(home)
    postgres = EmbeddedPostgres(home)
    postmaster.end_leftovers(postgres.data, postgres.socket)
