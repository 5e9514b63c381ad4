"""The Python side of crewstream: runs a CrewAI project in a child process of the crew worker."""

from __future__ import annotations

from .idempotency import idempotency_key

__all__ = ["idempotency_key"]
