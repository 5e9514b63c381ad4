"""Errors as text."""

from __future__ import annotations

import traceback

#: Most of it is the library's own frames; the worker keeps those of the project.
_MAX_TRACEBACK = 32_000


def format_traceback(error: BaseException) -> str:
    """An error with its causes, the root cause first, as Python prints them. The middle of a long one is cut."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    if len(text) <= _MAX_TRACEBACK:
        return text
    half = _MAX_TRACEBACK // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
