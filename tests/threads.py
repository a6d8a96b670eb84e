"""Doing one thing twice at the same moment, for tests of races."""

import threading
from collections.abc import Callable

from django.db import connection

from console.platform.errors import DomainError
from console.tenancy.models import Tenant
from console.tenancy.scope import tenant_scope


def at_once(
    tenant: Tenant, act: Callable[[int], object], *, times: int = 2
) -> list[object | DomainError]:
    """What each of `times` threads, let go together, returned or was refused with."""
    barrier = threading.Barrier(times)
    results: list[object | DomainError] = []

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            with tenant_scope(tenant.id):
                result = act(number)
            results.append(result)
        except DomainError as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
