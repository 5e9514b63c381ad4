"""A project that is about to run: its folder, its settings, and the object that a target names."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import library


class CannotLoad(Exception):
    """A target names something that cannot be run; the message says why."""


@dataclass(frozen=True)
class LoadTarget:
    """The part of a target that loading needs: see `targets.Target`."""

    kind: str
    module: str
    attribute: str
    file: str
    paths: tuple[str, ...]

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> LoadTarget:
        return cls(fields["kind"], fields["module"], fields["attribute"], fields["file"], tuple(fields["paths"]))


@dataclass
class Loaded:
    """What runs: a crew or flow with `kickoff`, or a function that builds or runs one."""

    kind: str
    runnable: Any
    #: A function's result is known only when it is called.
    is_function: bool = False
    #: Inputs that a kickoff may leave out.
    defaults: Mapping[str, Any] = field(default_factory=dict)


def load(project: str, target: LoadTarget, inputs: Mapping[str, Any]) -> Loaded:
    """Imports a target's module and creates what it names. Exceptions of the project's code are passed on."""
    for path in reversed(target.paths):
        folder = os.path.normpath(os.path.join(project, path))
        if folder not in sys.path:
            sys.path.insert(0, folder)
    own_folder = os.path.normpath(os.path.join(project, target.paths[-1]))
    if len(target.paths) > 1 and sys.path[0] != own_folder:
        # Last: a module next to it must not hide one of the standard library.
        sys.path.remove(own_folder)
        sys.path.append(own_folder)
    if target.kind == "declared":
        return _declared(os.path.join(project, target.file))
    value: Any = importlib.import_module(target.module)
    for name in target.attribute.split("."):
        value = getattr(value, name)
    return _runnable(value, target, inputs)


def _declared(file: str) -> Loaded:
    """A crew in JSON, whose tools and callbacks may be Python."""
    load_crew = library.part("crewai.project.crew_loader", "load_crew")
    if load_crew is None:
        raise CannotLoad(f"crewai {library.version()} cannot load a crew from JSON: a newer version can")
    crew, defaults = load_crew(file)
    return Loaded("crew", crew, defaults=defaults or {})


def _runnable(value: Any, target: LoadTarget, inputs: Mapping[str, Any]) -> Loaded:
    where = f"{target.module}:{target.attribute}"
    flow, crew = library.part("crewai.flow.flow", "Flow"), library.part("crewai.crew", "Crew")
    if isinstance(value, type):
        made = _construct(value, inputs, where)
        if isinstance(made, flow):
            return Loaded("flow", made)
        if isinstance(made, crew):
            return Loaded("crew", made)
        if callable(getattr(made, "crew", None)):
            built = made.crew()
            if isinstance(built, crew):
                return Loaded("crew", built)
            raise CannotLoad(f"{where}.crew() gave {type(built).__name__}, not a Crew")
        if callable(getattr(made, "kickoff", None)):
            return Loaded(target.kind if target.kind != "function" else "crew", made)
        raise CannotLoad(f"{where} is a class without crew() or kickoff()")
    if isinstance(value, flow):
        return Loaded("flow", value)
    if isinstance(value, crew) or callable(getattr(value, "kickoff", None)):
        return Loaded("crew", value)
    if callable(value):
        return Loaded("crew", value, is_function=True)
    raise CannotLoad(f"{where} is {type(value).__name__}: neither a crew, a flow, nor a function")


def _construct(kind: type, inputs: Mapping[str, Any], where: str) -> Any:
    """Without arguments; with `inputs=` if the constructor requires that."""
    needed = [
        each.name
        for each in _parameters(kind)
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if not needed:
        return kind()
    if needed == ["inputs"]:
        return kind(inputs=dict(inputs))
    raise CannotLoad(
        f"{where} is made with the arguments {', '.join(needed)}, which a kickoff does not have. "
        "Name a function in [tool.crewstream] target that makes it from its inputs"
    )


def _parameters(value: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return []


def kickoff(loaded: Loaded, inputs: Mapping[str, Any]) -> Any:
    """Runs what was loaded to its end and returns its result."""
    runnable = loaded.runnable
    inputs = {**loaded.defaults, **inputs}
    if loaded.is_function:
        result = _settled(runnable(**_accepted(runnable, inputs)))
        flow, crew = library.part("crewai.flow.flow", "Flow"), library.part("crewai.crew", "Crew")
        if not isinstance(result, (flow, crew)):
            return result
        runnable = result
    return _finished(_settled(runnable.kickoff(**({"inputs": dict(inputs)} if inputs else {}))))


def function_inputs(function: Any) -> tuple[list[str], list[str]]:
    """A function's parameters, and those of them without a default."""
    named = [each for each in _parameters(function) if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    return [each.name for each in named], [each.name for each in named if each.default is each.empty]


def _accepted(function: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that a function accepts as keywords; all of them if it accepts any, or one mapping named `inputs`."""
    parameters = _parameters(function)
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return dict(inputs)
    names = {each.name for each in parameters}
    if names == {"inputs"} and "inputs" not in inputs:
        return {"inputs": dict(inputs)}
    return {name: value for name, value in inputs.items() if name in names}


def _settled(value: Any) -> Any:
    if inspect.isawaitable(value):

        async def wait() -> Any:
            return await value

        return asyncio.run(wait())
    return value


def _finished(result: Any) -> Any:
    """A streaming crew or flow returns an iterator first: its chunks are events already, its result comes last."""
    for name in ("StreamingOutputBase", "StreamSessionBase"):
        kind = library.part("crewai.types.streaming", name)
        if kind is not None and isinstance(result, kind):
            for _ in result:
                pass
            return result.result
    return result
