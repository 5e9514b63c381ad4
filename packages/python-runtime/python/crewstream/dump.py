"""Values of events as plain JSON: no live objects, no `repr`, no cut-off depth, UTC times with `Z`."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import math
import os
import uuid
from collections.abc import Callable
from typing import Any

_MAX_DEPTH = 100
#: Room for the marker that replaces what was cut.
_MARK = 64


class Dumper:
    """Converts values to JSON. `views` maps classes to the attributes that are shown of their objects."""

    def __init__(
        self, views: dict[type, tuple[str, ...]] | None = None, rename: Callable[[str], str] | None = None
    ) -> None:
        self._views = views or {}
        self._live = tuple(self._views)
        self._rename = rename

    def dump(self, value: Any) -> Any:
        return self._dump(value, (), 0)

    def _dump(self, value: Any, above: tuple[int, ...], depth: int) -> Any:
        if isinstance(value, enum.Enum):
            return self._dump(value.value, above, depth)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(str(value))
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        simple = _scalar(value)
        if simple is not None:
            return self._text(simple) if isinstance(simple, str) else simple
        if id(value) in above or depth > _MAX_DEPTH:
            return None
        try:
            return self._composite(value, (*above, id(value)), depth + 1)
        except Exception:
            # A property or a `__str__` of the user's code raises: the event is sent without this value.
            return None

    def _composite(self, value: Any, above: tuple[int, ...], depth: int) -> Any:
        if self._live and isinstance(value, self._live):
            return self._view(value)
        if isinstance(value, dict):
            return {self._key(key): self._dump(item, above, depth) for key, item in list(value.items())}
        if isinstance(value, (set, frozenset)):
            items = [self._dump(item, above, depth) for item in list(value)]
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
        if isinstance(value, (list, tuple)):
            return [self._dump(item, above, depth) for item in list(value)]
        fields = fields_of(value)
        if fields is not None:
            return {name: self._dump(item, above, depth) for name, item in fields.items()}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [each.name for each in dataclasses.fields(value)]
            return {name: self._dump(getattr(value, name, None), above, depth) for name in names}
        if callable(value):
            return getattr(value, "__qualname__", None) or type(value).__name__
        return self._text(str(value))

    def _key(self, key: Any) -> str:
        return key if isinstance(key, str) else str(self._dump(key, (), _MAX_DEPTH))

    def _text(self, text: str) -> str:
        return text if self._rename is None else self._rename(text)

    def _view(self, value: Any) -> dict[str, Any]:
        shown = next(shown for kind, shown in self._views.items() if isinstance(value, kind))
        view: dict[str, Any] = {}
        for name in shown:
            found = getattr(value, name, None)
            view[name] = None if found is None else self._text(found if isinstance(found, str) else str(found))
        # A flow without a name is identified by its class.
        return view if any(view.values()) else {"name": type(value).__name__}


def _scalar(value: Any) -> Any:
    if isinstance(value, (uuid.UUID, os.PathLike, decimal.Decimal)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return utc(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[{len(value)} bytes]"
    if isinstance(value, BaseException):
        return str(value) or type(value).__name__
    if isinstance(value, type):
        return value.__name__
    return None


def fields_of(model: Any) -> dict[str, Any] | None:
    """The fields of a pydantic model, with those that it does not declare; None for anything else."""
    declared = getattr(type(model), "model_fields", None)
    if declared is None or isinstance(model, type):
        return None
    fields = {name: getattr(model, name, None) for name, field in declared.items() if not field.exclude}
    return {**fields, **(getattr(model, "model_extra", None) or {})}


def utc(value: datetime.datetime) -> str:
    """ISO 8601 in UTC with `Z`; a time without a zone is local time, as in the library."""
    aware = value.astimezone() if value.tzinfo is None else value
    return aware.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def size_of(data: Any) -> int:
    """Size of a value's JSON in UTF-8 bytes."""
    return len(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"))


def shortened(data: dict[str, Any], max_bytes: int) -> dict[str, Any]:
    """The data with the ends of its longest strings cut, so that its JSON has at most `max_bytes`.

    The worker cuts by the same rule (apps/crew-worker/src/event-size.ts); here it keeps a line short enough to send.
    """
    size = size_of(data)
    limit = max_bytes // 2
    while limit >= _MARK:
        cut = {key: _cut(value, limit) for key, value in data.items()}
        if size_of(cut) <= max_bytes:
            return cut
        limit //= 2
    return {"cut": f"The event's data had {size} bytes in too many parts to keep."}


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= limit + _MARK else f"{value[:limit]}… [cut: {len(value)} characters]"
    if isinstance(value, list):
        return [_cut(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: _cut(item, limit) for key, item in value.items()}
    return value
