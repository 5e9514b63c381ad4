"""Memory stores that are opened on first use.

Every flow creates a memory, used or not, and the store behind it imports lancedb and pyarrow: 5 s of CPU time and 90
MB.
"""

from __future__ import annotations

import threading
from typing import Any

from . import library


def install() -> None:
    """Makes the library create its stores lazily, if it supports that. A factory of the project replaces this."""
    register = library.part("crewai.memory.storage.factory", "set_memory_storage_factory")
    if register is not None:
        register(LazyStorage)


class LazyStorage:
    """Stands in for the library's store of a specification (`lancedb`, `qdrant-edge` or a path)."""

    def __init__(self, spec: str) -> None:
        self._spec = spec
        self._lock = threading.Lock()
        self._opened: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._open(), name)

    def __deepcopy__(self, memo: dict[int, Any]) -> LazyStorage:
        return self

    def close(self) -> None:
        """Closes the store if it was ever used."""
        close = getattr(self._opened, "close", None)
        if close is not None:
            close()

    def _open(self) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = _make(self._spec)
            return self._opened


def _make(spec: str) -> Any:
    if spec == "qdrant-edge":
        return library.part("crewai.memory.storage.qdrant_edge_storage", "QdrantEdgeStorage")()
    storage = library.part("crewai.memory.storage.lancedb_storage", "LanceDBStorage")
    return storage() if spec == "lancedb" else storage(path=spec)
