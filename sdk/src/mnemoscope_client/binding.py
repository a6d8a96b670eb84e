"""From a function that builds a call to a method that makes it, typed either way."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from mnemoscope_client.calls import Call, Page

P = ParamSpec("P")
T = TypeVar("T")


class Transport(Protocol):
    def send(self, call: Call[T]) -> T: ...


class AsyncTransport(Protocol):
    async def send(self, call: Call[T]) -> T: ...


class Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _pages(self, call: Call[Page[T]]) -> Iterator[T]:
        page = self._transport.send(call)
        yield from page.results
        while page.next_cursor:
            page = self._transport.send(call.at_cursor(page.next_cursor))
            yield from page.results


class AsyncResource:
    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def _pages(self, call: Call[Page[T]]) -> AsyncIterator[T]:
        page = await self._transport.send(call)
        for item in page.results:
            yield item
        while page.next_cursor:
            page = await self._transport.send(call.at_cursor(page.next_cursor))
            for item in page.results:
                yield item


def method(build: Callable[P, Call[T]]) -> Callable[Concatenate[Resource, P], T]:
    def bound(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._transport.send(build(*args, **kwargs))

    return _described(bound, build)


def pages(build: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[Resource, P], Iterator[T]]:
    def bound(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._pages(build(*args, **kwargs))

    return _described(bound, build)


def async_method(
    build: Callable[P, Call[T]],
) -> Callable[Concatenate[AsyncResource, P], Coroutine[Any, Any, T]]:
    def bound(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return self._transport.send(build(*args, **kwargs))

    return _described(bound, build)


def async_pages(
    build: Callable[P, Call[Page[T]]],
) -> Callable[Concatenate[AsyncResource, P], AsyncIterator[T]]:
    def bound(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self._pages(build(*args, **kwargs))

    return _described(bound, build)


F = TypeVar("F", bound=Callable[..., Any])


def _described(bound: F, build: Callable[..., Any]) -> F:
    """So that help() and an editor show the builder's parameters and sentence."""
    signature = inspect.signature(build)
    itself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    shown = signature.replace(
        parameters=[itself, *signature.parameters.values()],
        return_annotation=inspect.Signature.empty,
    )
    bound.__name__ = build.__name__
    bound.__doc__ = build.__doc__
    bound.__signature__ = shown  # type: ignore[attr-defined]
    return bound
