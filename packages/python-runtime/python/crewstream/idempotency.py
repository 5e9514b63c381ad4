"""The key of the running tool call: the same when an interrupted call is repeated."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RunningCall:
    tool: str
    key: str


running_call: ContextVar[RunningCall | None] = ContextVar("crewstream_tool_call", default=None)


def idempotency_key() -> str | None:
    """A key for the running tool call, for services that accept one; None outside a tool call that crewstream runs.

    A tool that acted and was killed before its result was stored is called again with the same key.
    """
    call = running_call.get()
    return None if call is None else call.key
