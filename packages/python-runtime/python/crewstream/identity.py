"""Ids that are the same on every replay of an execution, instead of the library's random ones."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from typing import Any

#: Attributes that distinguish events of one type under one parent.
_MARKS = ("task_name", "tool_name", "method_name", "agent_role", "crew_name", "flow_name", "query", "server_name")


class Identities:
    """Deterministic ids of one execution. Safe to use from any thread."""

    def __init__(self, execution_id: str) -> None:
        self._namespace = uuid.UUID(execution_id)
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._stable: dict[str, str] = {}

    def of_event(self, event: Any, parent: str | None, content: str | None = None) -> str:
        """The id of an event: by its enclosing scope, its type, its subject, and the number of such events before it.

        `content` is a digest of the request. It distinguishes parallel calls, whose order is not the same in each
        execution of the run.
        """
        marks = [str(getattr(event, name, None) or "") for name in _MARKS]
        agent = getattr(event, "agent", None)
        marks.append(str(getattr(agent, "role", None) or ""))
        if content is not None:
            marks.append(content)
        return self._numbered(f"{parent or ''}|{event.type}|{'|'.join(marks)}")

    def of_ending(self, kind: str, started: str) -> str:
        return self._numbered(f"{started}|{kind}")

    def learn(self, kind: str, random: str | None, name: str | None) -> None:
        """Records the library's `random` id for something in this execution of the run, for `rename`."""
        if random is None or random in self._stable:
            return
        stable = self._numbered(f"{kind}|{name or ''}")
        with self._lock:
            self._stable.setdefault(random, stable)

    def rename(self, text: str) -> str:
        """The stable id for a text that is one of the library's random ids; any other text unchanged."""
        return self._stable.get(text, text) if len(text) == 36 else text

    def key(self, path: str) -> str:
        """A UUID for a path in this execution."""
        return str(uuid.uuid5(self._namespace, path))

    def ordinal(self, key: str) -> int:
        """Counts this key; returns its count, this time included."""
        with self._lock:
            count = self._counts[key] = self._counts.get(key, 0) + 1
        return count

    def _numbered(self, key: str) -> str:
        return str(uuid.uuid5(self._namespace, f"{key}|{self.ordinal(key)}"))


def digest(content: Any) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
