"""The inputs of a project's automation: read from its own objects, so its modules are imported."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from .dump import Dumper
from .project import Loaded, function_inputs

#: CrewAI's own, for flows that are started by a trigger.
_TRIGGER = "crewai_trigger_payload"


def describe(loaded: Loaded) -> dict[str, Any]:
    """The kind, the inputs in declared order, the required ones, and a schema."""
    runnable = loaded.runnable
    if loaded.is_function:
        names, required = function_inputs(runnable)
        if names == ["inputs"]:
            names, required = [], []
        return _description("crew", names, required, None)
    if loaded.kind == "flow":
        return _flow(runnable)
    return _crew(runnable, loaded.defaults)


def _crew(crew: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    fetch = getattr(crew, "fetch_inputs", None)
    names = sorted({*(fetch() if fetch is not None else []), *defaults})
    # A callback before the kickoff may fill in what the caller omits.
    filled_in = bool(getattr(crew, "before_kickoff_callbacks", None))
    properties = {name: {"type": ["string", "number", "boolean"]} for name in names}
    required = [] if filled_in else [name for name in names if name not in defaults]
    schema = {"type": "object", "properties": properties, "required": required}
    return _description("crew", names, required, schema, getattr(crew, "name", None))


def _flow(flow: Any) -> dict[str, Any]:
    state = flow.state
    model = type(state)
    fields = getattr(model, "model_fields", None)
    if fields is None:
        # A flow without a declared state accepts any inputs.
        names = [name for name in (state if isinstance(state, dict) else {}) if name != "id"]
        schema: dict[str, Any] = {"type": "object", "properties": {name: {} for name in names}}
    else:
        names = [name for name in fields if name != "id"]
        schema = Dumper().dump(model.model_json_schema())
        schema.get("properties", {}).pop("id", None)
        # A state has a default for everything, or the flow could not have been created.
        schema.pop("required", None)
    if _takes_trigger(flow):
        names.append(_TRIGGER)
        schema.setdefault("properties", {})[_TRIGGER] = {}
    return _description("flow", names, [], schema, getattr(flow, "name", None))


def _takes_trigger(flow: Any) -> bool:
    for method in vars(type(flow)).values():
        # The decorators of newer versions keep the function in an object of their own.
        function = getattr(method, "_meth", method)
        code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
        if code is not None and _TRIGGER in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
            return True
    return False


def _description(
    kind: str, names: list[str], required: list[str], schema: dict[str, Any] | None, name: Any = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name if isinstance(name, str) else None,
        "inputs": names,
        "required": required,
        "schema": schema,
    }
