"""Which class, instance or function of a project is run: by rules in a fixed order, using syntax trees only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .pyproject import PyProject, Script
from .source_tree import Definition, SourceTree, import_root
from .syntax import ModuleFacts


@dataclass(frozen=True)
class Target:
    """What is run. `module` and `attribute` are imported, with `paths` (relative to the project) on `sys.path`."""

    #: Distinguishes the targets of one project; empty if it has only one.
    name: str
    #: `crew` is a `@CrewBase` class or a Crew, `declared` a crew in JSON, of which only `file` counts,
    #: `function` anything else that the user named.
    kind: str
    module: str
    attribute: str
    file: str
    line: int
    paths: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class NoTarget(Exception):
    """Nothing, or more than one thing, could be run; the message lists the candidates and what to write."""


def find_targets(root: Path, tree: SourceTree | None = None) -> list[Target]:
    """What the project in a folder runs; `tree` saves reading its files again. Raises NoTarget."""
    project = PyProject(root)
    tree = tree or SourceTree(root)
    named = project.targets
    if named:
        return [_checked(tree, _named(tree, name, value)) for name, value in named.items()]
    if project.declared_crew is not None:
        return [Target("", "declared", "", "", project.declared_crew, 1, (".", "src"))]
    found = _from_scripts(tree, project.scripts) or _from_files(tree)
    if found is None:
        raise NoTarget(_explain(tree))
    return [_checked(tree, _target(tree, found))]


# ---- [tool.crewstream] target ----


def _named(tree: SourceTree, name: str, value: str) -> Target:
    module, colon, attribute = value.partition(":")
    if not colon or not attribute:
        raise NoTarget(f'[tool.crewstream] target must be "pkg.module:Name", not "{value}"')
    found = tree.find(f"{module}.{attribute}")
    if found is not None:
        target = _target(tree, found, name)
        # The name as written: a class method or an attribute may follow it.
        return Target(name, target.kind, module, attribute, target.file, target.line, target.paths)
    facts = tree.modules.get(module)
    if facts is None:
        known = ", ".join(sorted(tree.modules)[:20]) or "none"
        raise NoTarget(f'[tool.crewstream] target "{value}": there is no module {module}. Modules: {known}')
    return Target(name, "function", module, attribute, facts.file, 1, _paths(tree.root, facts.file))


# ---- scripts ----


def _from_scripts(tree: SourceTree, scripts: list[Script]) -> Definition | None:
    """What the first script that runs anything of the project runs."""
    for script in scripts:
        facts = tree.modules.get(script.module)
        if facts is None:
            continue
        found = _of_script(tree, facts, script.function)
        if found is not None:
            return found
    return None


def _of_script(tree: SourceTree, facts: ModuleFacts, function: str) -> Definition | None:
    kicked = _kicked_off(tree, facts, function)
    here = [each for each in kicked if each.module is facts]
    flows = tree.flows([facts])
    for choice in (
        [each for each in here if tree.is_flow(each)],
        flows,
        [each for each in kicked if tree.is_flow(each)],
        tree.crew_bases([facts]),
        [each for each in kicked if tree.is_crew_base(each)],
        [each for each in kicked if tree.is_crew(each)],
        tree.crews([facts]),
    ):
        if len(choice) == 1:
            return choice[0]
        if len(choice) > 1:
            return None
    return None


def _kicked_off(tree: SourceTree, facts: ModuleFacts, function: str) -> list[Definition]:
    """Flows and crews of the project that a function kicks off, directly or in functions that it calls."""
    found: list[Definition] = []
    seen: set[str] = set()

    def look(facts: ModuleFacts, name: str, depth: int) -> None:
        known = facts.functions.get(name)
        if known is None or depth > 4 or f"{facts.name}.{name}" in seen:
            return
        seen.add(f"{facts.name}.{name}")
        for dotted in known.kicks_off:
            definition = tree.find(dotted)
            if (
                definition is not None
                and definition.name in definition.module.variables
                and not tree.is_crew(definition)
            ):
                # A variable that holds an instance of the project's class.
                definition = tree.find(definition.module.variables[definition.name][0])
            if definition is not None and definition not in found:
                found.append(definition)
        for dotted in known.calls:
            called = tree.find(dotted)
            if called is not None and called.name in called.module.functions:
                look(called.module, called.name, depth + 1)

    look(facts, function, 0)
    return found


# ---- no scripts ----


def _from_files(tree: SourceTree) -> Definition | None:
    for choice in (tree.flows(), tree.crew_bases(), tree.crews()):
        if len(choice) == 1:
            return choice[0]
        if len(choice) > 1:
            return None
    return None


def _explain(tree: SourceTree) -> str:
    candidates = [*tree.flows(), *tree.crew_bases(), *tree.crews(), *tree.functions_that_build()]
    if not candidates:
        broken = [facts.error for facts in tree.modules.values() if facts.error is not None]
        tail = "".join(f"\n  {each}" for each in broken[:5])
        return f"no Flow, @CrewBase class, Crew or function that builds one was found in its Python files{tail}"
    lines = [
        f"  {each.module.file}:{each.line}  {each.module.name}:{each.name} ({_kind(tree, each)})"
        for each in candidates[:30]
    ]
    first = candidates[0]
    return "\n".join(
        [
            "which of these is to be run is not clear:"
            if len(candidates) > 1
            else "this is not run without being named:",
            *lines,
            "Name it in pyproject.toml:",
            "  [tool.crewstream]",
            f'  target = "{first.module.name}:{first.name}"',
        ]
    )


# ---- the target ----


def _kind(tree: SourceTree, definition: Definition) -> str:
    if tree.is_flow(definition):
        return "flow"
    return "crew" if tree.is_crew_base(definition) or tree.is_crew(definition) else "function"


def _target(tree: SourceTree, found: Definition, name: str = "") -> Target:
    facts = found.module
    paths = _paths(tree.root, facts.file)
    return Target(name, _kind(tree, found), facts.name, found.name, facts.file, found.line, paths)


def _paths(root: Path, file: str) -> tuple[str, ...]:
    """`sys.path` for a module: the folder its name starts from, the root, `src/`, and its own folder last."""
    path = root / file
    wanted = [import_root(root, path), root, root / "src", path.parent]
    kept = [each.relative_to(root).as_posix() for each in wanted if each.is_dir()]
    return tuple(dict.fromkeys(kept))


def _checked(tree: SourceTree, target: Target) -> Target:
    """Rejects a module whose import has side effects."""
    facts = tree.modules.get(target.module)
    if facts is not None and facts.error is not None:
        raise NoTarget(facts.error)
    if facts is not None and facts.hazards:
        hazard = facts.hazards[0]
        raise NoTarget(
            f"{facts.file}:{hazard.line} {hazard.what} when the file is imported; "
            'put it behind `if __name__ == "__main__":`'
        )
    return target
