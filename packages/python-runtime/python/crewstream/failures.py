"""Errors as text."""

from __future__ import annotations

import traceback

#: The library's own frames take most of it; the worker keeps those of the project.
_MAX_TRACEBACK = 32_000


def format_traceback(error: BaseException) -> str:
    """An error with its causes, the root cause first, as Python prints them. Of a long one both ends are kept."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    if len(text) <= _MAX_TRACEBACK:
        return text
    half = _MAX_TRACEBACK // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
