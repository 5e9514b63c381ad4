"""What a project's pyproject.toml declares to run."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Script:
    """One line of [project.scripts] or [tool.poetry.scripts]."""

    name: str
    module: str
    function: str


class UnreadableProject(Exception):
    """The pyproject.toml cannot be read; the message says why."""


class PyProject:
    """The parts of a pyproject.toml that determine what is run. Empty if there is none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tables = read_toml(root / "pyproject.toml")

    @property
    def targets(self) -> dict[str, str]:
        """[tool.crewstream] target: name to `pkg.module:Name`; the name is empty for a single target without one."""
        value = self._table("tool", "crewstream").get("target")
        if isinstance(value, str):
            return {"": value}
        if isinstance(value, list):
            return _named([str(each) for each in value])
        if isinstance(value, dict):
            return {str(name): str(each) for name, each in value.items()}
        return {}

    @property
    def replays(self) -> bool:
        """[tool.crewstream] replay: whether finished tool calls are answered from the journal when a run is resumed."""
        return self._table("tool", "crewstream").get("replay") is not False

    @property
    def declared_crew(self) -> str | None:
        """The file of a crew in JSON for which [tool.crewstream] runtime = "python" is set; None for other projects."""
        if self._table("tool", "crewstream").get("runtime") != "python":
            return None
        settings = self._table("tool", "crewai")
        named = settings.get("definition") if settings.get("type") != "flow" else None
        files = [named] if isinstance(named, str) else ["crew.jsonc", "crew.json"]
        return next((file for file in files if (self._root / file).is_file()), None)

    @property
    def description(self) -> str:
        value = self._table("project").get("description") or self._table("tool", "poetry").get("description")
        return value if isinstance(value, str) else ""

    @property
    def scripts(self) -> list[Script]:
        """Scripts in the order in which they are tried: what `crewai run` starts, then common names, then the rest."""
        found: dict[str, Any] = {**self._table("tool", "poetry", "scripts"), **self._table("project", "scripts")}
        first = ["kickoff", "run_crew", "run", "run_flow", "start", "main"]
        names = sorted(found, key=lambda name: first.index(name) if name in first else len(first))
        scripts = []
        for name in names:
            value = found[name]
            if isinstance(value, dict):
                value = value.get("reference") or value.get("callable")
            if isinstance(value, str):
                module, _, function = value.partition(":")
                scripts.append(Script(name, module.strip(), function.split("[")[0].strip()))
        return scripts

    def _table(self, *path: str) -> dict[str, Any]:
        table: Any = self._tables
        for name in path:
            table = table.get(name) if isinstance(table, dict) else None
        return table if isinstance(table, dict) else {}


def _named(targets: list[str]) -> dict[str, str]:
    """Targets by the name of their class or function, with that of its module where several have the same."""
    names = [target.rpartition(":")[2] for target in targets]
    named = {}
    for target, name in zip(targets, names, strict=True):
        unique = name if names.count(name) == 1 else target.replace(":", ".")
        named[unique.replace(".", "-")] = target
    return named


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file; none if it does not exist."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableProject(f"{file.name} cannot be read: {error}") from error
    parser = _toml_parser()
    try:
        tables: dict[str, Any] = parser.loads(text)
    except ValueError as error:
        raise UnreadableProject(f"{file.name} is not TOML: {error}") from error
    return tables


def _toml_parser() -> Any:
    """tomllib exists since Python 3.11; before that crewai itself installs tomli, and pip contains a copy."""
    for name in ("tomllib", "tomli", "pip._vendor.tomli"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise UnreadableProject("Python 3.10 needs the package tomli to read a pyproject.toml")
