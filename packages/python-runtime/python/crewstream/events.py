"""Every event of a run, on the thread that emits it: what was emitted before a crash is already in the pipe."""

from __future__ import annotations

import datetime
import sys
import threading
from collections.abc import Callable
from typing import Any

from . import library
from .channel import Channel, encode
from .dump import Dumper, fields_of, shortened, utc
from .failures import format_traceback
from .identity import Identities, digest
from .links import Link, Links

#: Flows that the library uses internally; they are not part of the user's code.
_INFRASTRUCTURE = {"AgentExecutor", "RecallFlow", "EncodingFlow"}
#: Fields that hold code, live objects or information that the links already have.
_DROPPED = {
    "from_task", "from_agent", "crew", "callbacks", "available_functions", "guardrail", "type", "timestamp", "event_id",
    "parent_event_id", "previous_event_id", "triggered_by_event_id", "started_event_id", "emission_sequence",
}  # fmt: skip
#: Room for an event's envelope in its line.
_ENVELOPE_BYTES = 16 * 1024


class Stopped(BaseException):
    """Ends a run that was cancelled at its next event. Not an Exception: the library's retries must not catch it."""


class EventTap:
    """Wraps the library's event bus: a listener would miss the user's own types and events of bare threads."""

    def __init__(self, channel: Channel, execution_id: str, max_event_bytes: int) -> None:
        self.identities = Identities(execution_id)
        self.dumper = Dumper(library.views(), self.identities.rename)
        self.links = Links()
        self._channel = channel
        self._max_bytes = max_event_bytes
        self._stopping = threading.Event()
        self._failed_calls: set[str] = set()
        #: For an infrastructure flow's event: what replaces it as a parent, and as a predecessor.
        self._parents: dict[str, str | None] = {}
        self._previous: dict[str, str | None] = {}

    def install(self) -> None:
        bus = library.event_bus_class()
        emit = bus.emit

        def watched_emit(bus: Any, source: Any, event: Any) -> Any:
            identity = self._before(source, event)
            if identity is None:
                return None
            handled = emit(bus, source, event)
            self._after(event, identity)
            return handled

        bus.emit = watched_emit
        if hasattr(bus, "aemit"):
            aemit = bus.aemit

            async def watched_aemit(bus: Any, source: Any, event: Any) -> Any:
                identity = self._before(source, event)
                if identity is None:
                    return None
                handled = await aemit(bus, source, event)
                self._after(event, identity)
                return handled

            bus.aemit = watched_aemit

    def stop(self) -> None:
        """Ends the run at its next event."""
        self._stopping.set()

    def current_parent(self) -> str | None:
        """The event whose scope this is."""
        scopes = self.links.scopes()
        return self._visible(scopes[-1][0]) if scopes else None

    def emit(self, kind: str, data: dict[str, Any], identity: str) -> None:
        """Sends one of our own events."""
        self._send(kind, utc_now(), Link(identity, self.current_parent()), data)

    def _before(self, source: Any, event: Any) -> str | None:
        """The event's id; None for an event that must not be emitted."""
        kind = str(event.type)
        if self._stopping.is_set() and not self.links.ends(kind):
            raise Stopped
        if kind == "llm_call_failed":
            # Some providers emit it twice for one call, and the second one closes the scope around the call.
            call = str(getattr(event, "call_id", None) or id(event))
            if call in self._failed_calls:
                return None
            self._failed_calls.add(call)
        try:
            identity = self._identify(source, event, kind)
            self.links.place(event, identity)
            return identity
        except Exception as error:
            self._report(event, error)
            return str(getattr(event, "event_id", ""))

    def _identify(self, source: Any, event: Any, kind: str) -> str:
        self._learn(source, event)
        scopes = self.links.scopes()
        if self.links.ends(kind):
            scopes = self.links.close_inner(kind)
            return self.identities.of_ending(kind, scopes[-1][0] if scopes else "")
        content = None
        if kind == "tool_usage_started":
            content = digest(self.dumper.dump(getattr(event, "tool_args", None)))
        elif kind == "llm_call_started":
            content = digest(self.dumper.dump(getattr(event, "messages", None)))
            self.identities.learn("call", getattr(event, "call_id", None), content)
        parent = getattr(event, "parent_event_id", None) or (scopes[-1][0] if scopes else None)
        return self.identities.of_event(event, parent, content)

    def _learn(self, source: Any, event: Any) -> None:
        """Maps random ids of tasks, agents, calls and flows to names that are the same in every execution."""
        learn = self.identities.learn
        for task in (getattr(event, "task", None), source if hasattr(source, "expected_output") else None):
            if task is not None and hasattr(task, "id"):
                learn("task", str(task.id), getattr(task, "name", None) or getattr(task, "description", None))
                _fingerprint(learn, "task", task, getattr(task, "name", None))
        for agent in (getattr(event, "agent", None), source if hasattr(source, "backstory") else None):
            if agent is not None and hasattr(agent, "id"):
                learn("agent", str(agent.id), getattr(agent, "role", None))
                _fingerprint(learn, "agent", agent, getattr(agent, "role", None))
        learn("task", getattr(event, "task_id", None), getattr(event, "task_name", None))
        learn("agent", getattr(event, "agent_id", None), getattr(event, "agent_role", None))
        learn("fingerprint", getattr(event, "source_fingerprint", None), getattr(event, "source_type", None))
        state = getattr(event, "state", None)
        flow = state.get("id") if isinstance(state, dict) else getattr(state, "id", None)
        if isinstance(flow, str):
            learn("flow", flow, getattr(event, "flow_name", None))

    def _after(self, event: Any, identity: str) -> None:
        try:
            link = self.links.link(event, identity)
            if getattr(event, "flow_name", None) in _INFRASTRUCTURE:
                self._parents[link.id] = self._visible(link.parent)
                self._previous[link.id] = self._previous.get(link.previous or "", link.previous)
                return
            self._send(str(event.type), utc(event.timestamp), link, self._data(event), _traceback_of(event))
        except Stopped:
            raise
        except Exception as error:
            self._report(event, error)

    def _data(self, event: Any) -> dict[str, Any]:
        fields = {name: value for name, value in (fields_of(event) or {}).items() if name not in _DROPPED}
        agent, task = fields.get("agent"), fields.get("task")
        if agent is not None and not fields.get("agent_id"):
            fields["agent_id"], fields["agent_role"] = getattr(agent, "id", None), getattr(agent, "role", None)
        if task is not None:
            fields["task_id"] = fields.get("task_id") or getattr(task, "id", None)
            fields["task_name"] = fields.get("task_name") or getattr(task, "name", None) or task.description
            if str(event.type).startswith("task_"):
                fields.update(_place_of(task))
        guardrail = getattr(event, "guardrail", None)
        if guardrail is not None:
            # The library puts a function's source text here.
            fields["guardrail"] = getattr(event, "guardrail_name", None) or getattr(guardrail, "__name__", "guardrail")
        data: dict[str, Any] = self.dumper.dump(fields)
        return data

    def _send(self, kind: str, timestamp: str, link: Link, data: dict[str, Any], traceback: str | None = None) -> None:
        message = {
            "t": "event",
            "id": link.id,
            "type": kind,
            "timestamp": timestamp,
            "traceback": traceback,
            "data": {
                **data,
                "event_id": link.id,
                "parent_event_id": self._visible(link.parent),
                "previous_event_id": self._previous.get(link.previous or "", link.previous),
                "triggered_by_event_id": link.triggered_by,
                "started_event_id": self._visible(link.started),
            },
        }
        line = encode(message)
        if len(line) > self._max_bytes + _ENVELOPE_BYTES:
            line = encode({**message, "data": shortened(message["data"], self._max_bytes)})  # type: ignore[arg-type]
        self._channel.send_line(line)

    def _visible(self, identity: str | None) -> str | None:
        """An event's id, or for an infrastructure flow's event the id of its enclosing scope."""
        return None if identity is None else self._parents.get(identity, identity)

    def _report(self, event: Any, error: Exception) -> None:
        """An event must never make its run fail."""
        kind = getattr(event, "type", type(event).__name__)
        self._channel.send({"t": "log", "level": "error", "text": f"the event {kind} was lost: {error!r}"})


def _traceback_of(event: Any) -> str | None:
    """For an event that reports a failure: the error that is being handled, or that it contains."""
    if not str(event.type).endswith(("_failed", "_error")):
        return None
    held = getattr(event, "error", None)
    error = held if isinstance(held, BaseException) else sys.exc_info()[1]
    return None if error is None else format_traceback(error)


def _fingerprint(learn: Callable[[str, str | None, str | None], None], kind: str, owner: Any, name: Any) -> None:
    fingerprint = getattr(owner, "fingerprint", None)
    if fingerprint is not None:
        learn(f"{kind} fingerprint", getattr(fingerprint, "uuid_str", None), str(name or ""))


def _place_of(task: Any) -> dict[str, int]:
    """A task's index among its crew's tasks, and their number."""
    crew = getattr(getattr(task, "agent", None), "crew", None)
    tasks = getattr(crew, "tasks", None) or []
    at = next((index for index, each in enumerate(tasks) if each is task), None)
    return {} if at is None else {"task_index": at, "task_count": len(tasks)}


def utc_now() -> str:
    return utc(datetime.datetime.now(datetime.timezone.utc))
