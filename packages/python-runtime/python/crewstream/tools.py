"""Finished tool calls are not repeated: the worker's journal has their results."""

from __future__ import annotations

import asyncio
import importlib
import json
import threading
from collections.abc import Callable
from typing import Any

from . import library
from .channel import MAX_LINE_BYTES, Channel
from .events import EventTap
from .idempotency import RunningCall, running_call
from .identity import digest

#: Every way the library calls a tool: an agent with native function calling uses `run`, with text `invoke`.
_WAYS = (
    ("crewai.tools.base_tool", "BaseTool", ("run", "arun")),
    ("crewai.tools.base_tool", "Tool", ("run", "arun")),
    ("crewai.tools.structured_tool", "CrewStructuredTool", ("invoke", "ainvoke")),
)
_MAX_ROW_BYTES = MAX_LINE_BYTES // 2


class Tools:
    """Wraps the library's tool classes. A result that is not JSON is not stored, and its tool is called again."""

    def __init__(self, channel: Channel, tap: EventTap) -> None:
        self._channel = channel
        self._tap = tap
        self._reported: set[str] = set()
        self._idle = threading.Condition()
        self._running = 0

    def install(self) -> None:
        for module, name, methods in _WAYS:
            kind = library.part(module, name)
            for method in methods:
                original = None if kind is None else vars(kind).get(method)
                if original is not None:
                    wrap = self._async if asyncio.iscoroutinefunction(original) else self._sync
                    setattr(kind, method, wrap(original))

    def wait_idle(self, seconds: float) -> None:
        """Waits for calls in parallel to the one that paused the run: they would be lost half done."""
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0, seconds)

    def _sync(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
            if _is_inside(tool):
                return original(tool, *args, **kwargs)
            path = self._path(tool, args, kwargs)
            found, value = self._replay(tool, self._read(path))
            if found:
                return value
            token = self._begin(path, tool)
            try:
                value = original(tool, *args, **kwargs)
            except Exception as error:
                self._keep(path, tool, _failure(error))
                raise
            else:
                self._keep(path, tool, _success(value))
                return value
            finally:
                self._end(token)

        return run

    def _async(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
            if _is_inside(tool):
                return await original(tool, *args, **kwargs)
            path = self._path(tool, args, kwargs)
            found, value = self._replay(tool, await asyncio.to_thread(self._read, path))
            if found:
                return value
            token = self._begin(path, tool)
            try:
                value = await original(tool, *args, **kwargs)
            except Exception as error:
                await asyncio.to_thread(self._keep, path, tool, _failure(error))
                raise
            else:
                await asyncio.to_thread(self._keep, path, tool, _success(value))
                return value
            finally:
                self._end(token)

        return run

    def _path(self, tool: Any, args: Any, kwargs: Any) -> str:
        """By tool, arguments and the number of such calls before it: not by its position in the run."""
        asked = digest(self._tap.dumper.dump([args, kwargs]))
        key = f"tool:{tool.name}:{asked}"
        return f"{key}:{self._tap.identities.ordinal(key)}"

    def _read(self, path: str) -> Any:
        return self._channel.call("journal_read", path=path)

    def _replay(self, tool: Any, row: Any) -> tuple[bool, Any]:
        """Whether the journal had the call, and its result; what it raised is raised again."""
        if row is None:
            return False, None
        if hasattr(tool, "current_usage_count"):
            # Limits count replayed calls too.
            tool.current_usage_count += 1
        kept = row["value"]
        if "raised" in kept:
            raise _restored(kept["raised"])
        return True, _restored(kept["model"]) if "model" in kept else kept["value"]

    def _begin(self, path: str, tool: Any) -> Any:
        with self._idle:
            self._running += 1
        return running_call.set(RunningCall(str(tool.name), self._tap.identities.key(path)))

    def _end(self, token: Any) -> None:
        running_call.reset(token)
        with self._idle:
            self._running -= 1
            self._idle.notify_all()

    def _keep(self, path: str, tool: Any, kept: dict[str, Any] | str) -> None:
        """Stores a call's result, or reports once in an event why it cannot."""
        if isinstance(kept, dict) and len(json.dumps(kept)) > _MAX_ROW_BYTES:
            kept = f"its result has more than {_MAX_ROW_BYTES} bytes"
        if isinstance(kept, dict):
            self._channel.call("journal_write", path=path, row={"kind": "tool", "value": kept})
        elif tool.name not in self._reported:
            self._reported.add(tool.name)
            data = {"tool_name": tool.name, "reason": kept}
            self._tap.emit("replay_limited", data, self._tap.identities.key(f"replay_limited:{tool.name}"))


def _is_inside(tool: Any) -> bool:
    """Whether this is inside a call that is wrapped already: `invoke` ends in `run`."""
    call = running_call.get()
    return call is not None and call.tool == str(tool.name)


def _success(value: Any) -> dict[str, Any] | str:
    """A result as JSON that can be restored to an equal value, or why there is none."""
    if _same(value, _round_trip(value)):
        return {"value": value}
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        try:
            model = {"of": _place(type(value)), "data": dump(mode="json")}
            if _restored(model) == value:
                return {"model": model}
        except Exception:
            pass
    return f"its result ({type(value).__name__}) is not JSON, so the tool is called again when the run is resumed"


def _failure(error: Exception) -> dict[str, Any] | str:
    raised = {"of": _place(type(error)), "args": list(error.args)}
    try:
        again = _restored(_round_trip(raised))
        if type(again) is type(error) and str(again) == str(error):
            return {"raised": raised}
    except Exception:
        pass
    return f"its error ({type(error).__name__}) cannot be stored, so the tool is called again when the run is resumed"


def _place(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _restored(kept: Any) -> Any:
    """A pydantic model or an exception, from its class and its JSON."""
    module, _, name = kept["of"].partition(":")
    kind: Any = importlib.import_module(module)
    for each in name.split("."):
        kind = getattr(kind, each)
    return kind(*kept["args"]) if "args" in kept else kind.model_validate(kept["data"])


def _round_trip(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return _NOTHING


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same types throughout: `1` is not `True`, and a tuple is not a list."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


_NOTHING = object()
