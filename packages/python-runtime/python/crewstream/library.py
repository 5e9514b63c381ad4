"""The locations of the parts of crewai that we hook into; they have moved between its versions."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any

#: The attributes shown of the library's live objects, most specific class first.
_VIEWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("crewai.agents.agent_builder.base_agent", "BaseAgent", ("id", "role")),
    ("crewai.task", "Task", ("id", "name", "description", "expected_output")),
    ("crewai.crew", "Crew", ("id", "name")),
    ("crewai.flow.flow", "Flow", ("name",)),
    ("crewai.tools.base_tool", "BaseTool", ("name", "description")),
    ("crewai.tools.structured_tool", "CrewStructuredTool", ("name", "description")),
    ("crewai.llms.base_llm", "BaseLLM", ("model",)),
    ("crewai.llm", "LLM", ("model",)),
)


class Unsupported(Exception):
    """This version of crewai lacks something that a run needs."""


def version() -> str | None:
    """The installed crewai's version; None if it is not installed."""
    try:
        return importlib.metadata.version("crewai")
    except importlib.metadata.PackageNotFoundError:
        return None


def part(module: str, name: str) -> Any:
    """An attribute of a module of the library; None in a version that lacks either."""
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def views() -> dict[type, tuple[str, ...]]:
    """The library's classes with the attributes that represent their objects in events."""
    found = ((part(module, name), shown) for module, name, shown in _VIEWS)
    return {kind: shown for kind, shown in found if isinstance(kind, type)}


def event_bus_class() -> Any:
    """The class whose `emit` every event goes through."""
    for module in ("crewai.events.event_bus", "crewai.utilities.events.crewai_event_bus"):
        found = part(module, "CrewAIEventsBus")
        if found is not None:
            return found
    raise Unsupported(f"crewai {version()} has no event bus: crewstream needs 0.105 or newer")


def flush_events() -> None:
    """Waits for the user's own event handlers, if the library supports it."""
    for module in ("crewai.events.event_bus", "crewai.utilities.events.crewai_event_bus"):
        bus = part(module, "crewai_event_bus")
        if bus is not None and hasattr(bus, "flush"):
            bus.flush()
            return
