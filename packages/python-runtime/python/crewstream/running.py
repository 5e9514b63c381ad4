"""One run of an automation in this process: from the worker's order to its outcome."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from . import lazy_memory, library
from .channel import Channel, Message, TooLong
from .dump import shortened
from .events import EventTap, Stopped
from .failures import format_traceback
from .people import Paused, People
from .project import LoadTarget, kickoff, load
from .tools import Tools

#: How long calls parallel to the one that paused a run may take to end.
_PAUSE_SECONDS = 60.0


@dataclass
class Order:
    """The worker's order to run an automation."""

    execution_id: str
    project: str
    directory: str
    target: LoadTarget
    inputs: dict[str, Any]
    max_event_bytes: int
    replays: bool

    @classmethod
    def of(cls, message: Message) -> Order:
        return cls(
            message["execution_id"],
            message["project"],
            message["directory"],
            LoadTarget.of(message["target"]),
            message["inputs"],
            message["max_event_bytes"],
            message["replays"],
        )


def run(channel: Channel, order: Order) -> None:
    """Runs an order and reports its outcome. Ends the process: threads of tools may never end by themselves."""
    os.chdir(order.directory)
    started = time.monotonic()
    tap = EventTap(channel, order.execution_id, order.max_event_bytes)
    channel.on("abort", lambda _: tap.stop())
    tap.install()
    _bind(order.execution_id)
    people, tools = People(channel, tap), Tools(channel, tap)
    people.install()
    lazy_memory.install()
    if order.replays:
        tools.install()
    outcome: dict[str, Any]
    try:
        loaded = load(order.project, order.target, order.inputs)
        channel.send({"t": "started", "kind": loaded.kind, "seconds": round(time.monotonic() - started, 3)})
        result = kickoff(loaded, order.inputs)
        library.flush_events()
        outcome = {"state": "SUCCESS", **_result(tap, result)}
    except Paused:
        tools.wait_idle(_PAUSE_SECONDS)
        outcome = {"state": "PAUSED"}
    except Stopped:
        outcome = {"state": "STOPPED"}
    except SystemExit as error:
        outcome = {"state": "FAILED", "error": f"the project called sys.exit({error.code!r})", "type": "SystemExit"}
    except BaseException as error:
        outcome = {"state": "FAILED", **failure(error)}
    finish(channel, outcome, order.max_event_bytes)


def _bind(execution_id: str) -> None:
    """Makes the library use our id for the run. That turns its own tracing off, so not if a project wants it."""
    if os.environ.get("CREWAI_TRACING_ENABLED", "").lower() in ("true", "1"):
        return
    bind = library.part("crewai.execution", "set_execution_uuid")
    if bind is not None:
        bind(execution_id)


def _result(tap: EventTap, result: Any) -> dict[str, Any]:
    """A crew's output as its text and its structure; any other value unchanged."""
    dump = tap.dumper.dump
    raw = getattr(result, "raw", None)
    if not isinstance(raw, str):
        return {"result": dump(result), "result_json": None, "tasks": []}
    structured = getattr(result, "json_dict", None) or getattr(result, "pydantic", None)
    tasks = [_task(tap, each) for each in getattr(result, "tasks_output", None) or []]
    return {"result": raw, "result_json": dump(structured), "tasks": tasks}


def _task(tap: EventTap, output: Any) -> dict[str, Any]:
    text = {name: str(getattr(output, name, None) or "") for name in ("name", "description", "expected_output")}
    structured = getattr(output, "json_dict", None) or getattr(output, "pydantic", None)
    return {
        **text,
        "summary": str(getattr(output, "summary", None) or ""),
        "agent": str(getattr(output, "agent", None) or ""),
        "output": str(getattr(output, "raw", None) or ""),
        "output_json": tap.dumper.dump(structured),
    }


def failure(error: BaseException) -> dict[str, Any]:
    """An error in the form that the worker shows."""
    return {
        "error": str(error) or type(error).__name__,
        "type": type(error).__name__,
        "traceback": format_traceback(error),
    }


def finish(channel: Channel, outcome: dict[str, Any], max_bytes: int) -> None:
    """Sends the last message and ends the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    message = {
        "t": "finished",
        "outcome": outcome,
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "threads": threading.active_count(),
    }
    try:
        channel.send(message)
    except TooLong:
        channel.send({**message, "outcome": shortened(outcome, max_bytes)})
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)
