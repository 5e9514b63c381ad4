"""Which events an event is nested in, follows and ends. Newer crewai versions track it; for older ones we do here."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from . import library

_stack: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("crewstream_scopes", default=())
_last: ContextVar[str | None] = ContextVar("crewstream_last_event", default=None)

#: Endings of older versions, by the type they end; newer ones have their own table.
_PAIRS = {
    "crew_kickoff_completed": "crew_kickoff_started",
    "crew_kickoff_failed": "crew_kickoff_started",
    "crew_test_completed": "crew_test_started",
    "crew_test_failed": "crew_test_started",
    "crew_train_completed": "crew_train_started",
    "crew_train_failed": "crew_train_started",
    "task_completed": "task_started",
    "task_failed": "task_started",
    "agent_execution_completed": "agent_execution_started",
    "agent_execution_error": "agent_execution_started",
    "lite_agent_execution_completed": "lite_agent_execution_started",
    "lite_agent_execution_error": "lite_agent_execution_started",
    "llm_call_completed": "llm_call_started",
    "llm_call_failed": "llm_call_started",
    "llm_guardrail_completed": "llm_guardrail_started",
    "tool_usage_finished": "tool_usage_started",
    "tool_usage_error": "tool_usage_started",
    "flow_finished": "flow_started",
    "method_execution_finished": "method_execution_started",
    "method_execution_failed": "method_execution_started",
}


@dataclass
class Link:
    """An event's links to the others."""

    id: str
    parent: str | None = None
    previous: str | None = None
    triggered_by: str | None = None
    started: str | None = None


class Links:
    """Tracks an event's links. `peek` is called before the event has an id, `place` assigns it one."""

    def __init__(self) -> None:
        self._context = library.part("crewai.events", "event_context")
        base = library.part("crewai.events.base_events", "BaseEvent")
        self._library_links = self._context is not None and "event_id" in getattr(base, "model_fields", {})
        self.pairs: dict[str, str] = dict(getattr(self._context, "VALID_EVENT_PAIRS", None) or _PAIRS)
        self._starting = set(self.pairs.values())
        self._triggers: dict[str, str] = {}

    def ends(self, kind: str) -> bool:
        return kind in self.pairs

    def scopes(self) -> tuple[tuple[str, str], ...]:
        """Ids and types of the open scopes of this context, outermost first."""
        variable = getattr(self._context, "_event_id_stack", None) if self._library_links else _stack
        found: tuple[tuple[str, str], ...] = () if variable is None else variable.get()
        return found

    def close_inner(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Closes scopes that were never ended inside the one that an event of this type ends.

        The library assumes that the innermost scope ends, whatever its type, and every link after that is off by one (a
        guardrail that raises, a tool failure with the policy `raise`). Returns the scopes left open.
        """
        started = self.pairs[kind]
        scopes = self.scopes()
        if not scopes or scopes[-1][1] == started or all(each != started for _, each in scopes):
            return scopes
        while scopes[-1][1] != started:
            scopes = scopes[:-1]
        variable = getattr(self._context, "_event_id_stack", None) if self._library_links else _stack
        if variable is not None:
            variable.set(scopes)
        return scopes

    def place(self, event: Any, identity: str) -> None:
        """Assigns an event its id before the library links others to it."""
        if self._library_links:
            if event.type == "method_execution_finished":
                # Flows remember the id of what triggers a method before the event is emitted.
                self._triggers[event.event_id] = identity
            event.event_id = identity

    def link(self, event: Any, identity: str) -> Link:
        """An event's links, once the library has emitted it."""
        if self._library_links:
            return Link(
                event.event_id,
                event.parent_event_id,
                event.previous_event_id,
                self._triggers.get(event.triggered_by_event_id, event.triggered_by_event_id),
                event.started_event_id,
            )
        scopes = _stack.get()
        link = Link(identity, scopes[-1][0] if scopes else None, _last.get())
        if event.type in self.pairs and scopes:
            link.started = scopes[-1][0]
            link.parent = scopes[-2][0] if len(scopes) > 1 else None
            _stack.set(scopes[:-1])
        elif event.type in self._starting:
            _stack.set((*scopes, (identity, event.type)))
        _last.set(identity)
        return link
