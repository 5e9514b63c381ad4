"""The definitions of one Python file, read from its syntax tree: nothing is imported."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from .outdated import Outdated, outdated_uses

_STAR = {name: f"crewai.{name}" for name in ("Agent", "Crew", "Task", "Process", "LLM", "Flow")}
_PROJECT = {"CrewBase": "crewai.project.CrewBase"}
_FLOWS = {name: f"crewai.flow.flow.{name}" for name in ("Flow", "start", "listen", "router")}


@dataclass
class ClassFacts:
    name: str
    line: int
    bases: list[str]
    decorators: list[str]
    #: Dotted names that the body mentions: what it instantiates or extends.
    mentions: set[str]


@dataclass
class FunctionFacts:
    name: str
    line: int
    parameters: list[str]
    #: What it kicks off, as dotted names.
    kicks_off: list[str]
    #: Functions that it calls, as dotted names.
    calls: list[str]
    builds_crew: bool
    asks: bool


@dataclass
class Hazard:
    """A side effect of importing the file."""

    line: int
    what: str


@dataclass(eq=False)
class ModuleFacts:
    name: str
    file: str
    imports: dict[str, str] = field(default_factory=dict)
    classes: dict[str, ClassFacts] = field(default_factory=dict)
    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    #: Module-level variables by the dotted name of the callable that created them.
    variables: dict[str, tuple[str, int]] = field(default_factory=dict)
    hazards: list[Hazard] = field(default_factory=list)
    outdated: list[Outdated] = field(default_factory=list)
    error: str | None = None


def read_module(text: str, *, name: str, file: str, is_package: bool) -> ModuleFacts:
    """The facts of a module with the dotted `name`. A file that is not valid Python has none, and an `error`."""
    facts = ModuleFacts(name, file)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        facts.error = f"{file}: {error}"
        return facts
    package = name if is_package else name.rpartition(".")[0]
    reader = _Reader(facts, package)
    reader.read(tree.body)
    facts.outdated = outdated_uses(tree)
    return facts


class _Reader:
    def __init__(self, facts: ModuleFacts, package: str) -> None:
        self.facts = facts
        self.package = package

    def read(self, body: list[ast.stmt]) -> None:
        for statement in _top_level(body):
            self._import(statement, self.facts.imports)
        for statement in _top_level(body):
            if isinstance(statement, ast.ClassDef):
                self.facts.classes[statement.name] = self._class(statement)
            elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.facts.functions[statement.name] = self._function(statement)
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
                self._variable(statement)
        self._hazards(body)

    # ---- names ----

    def _import(self, statement: ast.AST, table: dict[str, str]) -> None:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                table[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(statement, ast.ImportFrom):
            source = self._source(statement)
            for alias in statement.names:
                if alias.name != "*":
                    table[alias.asname or alias.name] = f"{source}.{alias.name}"
                elif source.startswith("crewai.project"):
                    table.update(_PROJECT)
                elif source.startswith("crewai.flow"):
                    table.update(_FLOWS)
                elif source == "crewai":
                    table.update(_STAR)

    def _source(self, statement: ast.ImportFrom) -> str:
        if statement.level == 0:
            return statement.module or ""
        parts = self.package.split(".") if self.package else []
        kept = parts[: len(parts) - statement.level + 1]
        return ".".join([*kept, *([statement.module] if statement.module else [])])

    def _dotted(self, node: ast.AST, local: dict[str, str] | None = None) -> str:
        """The dotted name that an expression begins with: that of `Flow[State]`, `Crew(...)` or `a.b`."""
        if isinstance(node, ast.Name):
            known = (local or {}).get(node.id) or self.facts.imports.get(node.id)
            return known or f"{self.facts.name}.{node.id}"
        if isinstance(node, ast.Attribute):
            return f"{self._dotted(node.value, local)}.{node.attr}"
        if isinstance(node, ast.Subscript):
            return self._dotted(node.value, local)
        if isinstance(node, (ast.Call, ast.Await)):
            return self._dotted(node.func if isinstance(node, ast.Call) else node.value, local)
        return ""

    # ---- definitions ----

    def _class(self, node: ast.ClassDef) -> ClassFacts:
        mentions = {self._dotted(each) for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute))}
        local: dict[str, str] = {}
        for each in ast.walk(node):
            self._import(each, local)
        return ClassFacts(
            node.name,
            node.lineno,
            [self._dotted(base) for base in node.bases],
            [self._dotted(each) for each in node.decorator_list],
            mentions | set(local.values()),
        )

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionFacts:
        local: dict[str, str] = {}
        for each in ast.walk(node):
            self._import(each, local)
        assigned = {
            target.id: each.value
            for each in ast.walk(node)
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        kicks_off, calls = [], []
        for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
            if isinstance(call.func, ast.Attribute) and "kickoff" in call.func.attr:
                kicks_off.append(self._receiver(call.func.value, assigned, local))
            elif isinstance(call.func, (ast.Name, ast.Attribute)):
                calls.append(self._dotted(call.func, local))
        arguments = node.args
        parameters = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        return FunctionFacts(
            node.name,
            node.lineno,
            parameters,
            [each for each in kicks_off if each],
            calls,
            any(_is_crew(each) for each in calls),
            f"{self.facts.name}.input" in calls,
        )

    def _receiver(self, node: ast.AST, assigned: dict[str, ast.expr], local: dict[str, str], depth: int = 0) -> str:
        """What `X().crew().kickoff()` or `crew = X().crew(); crew.kickoff()` kicks off: X."""
        while isinstance(node, (ast.Call, ast.Attribute, ast.Await, ast.Subscript)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id not in assigned:
                dotted = self._dotted(node, local)
                if node.value.id in local or node.value.id in self.facts.imports:
                    return dotted
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name) or node.id in ("self", "cls"):
            return ""
        made = assigned.get(node.id)
        if made is not None and depth < 5:
            return self._receiver(made, {k: v for k, v in assigned.items() if k != node.id}, local, depth + 1)
        return self._dotted(node, local)

    def _variable(self, node: ast.Assign | ast.AnnAssign) -> None:
        if node.value is None or not isinstance(node.value, ast.Call):
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                self.facts.variables[target.id] = (self._dotted(node.value), node.lineno)

    # ---- what an import would do ----

    def _hazards(self, body: list[ast.stmt]) -> None:
        for node in _executed(body):
            if isinstance(node, ast.Call) and (what := self._effect(node)):
                self.facts.hazards.append(Hazard(node.lineno, what))

    def _effect(self, call: ast.Call) -> str | None:
        dotted = self._dotted(call.func)
        last = dotted.rpartition(".")[2]
        if isinstance(call.func, ast.Attribute):
            if "kickoff" in last:
                return "starts a run"
            if last == "plot":
                return "draws a plot"
            if last == "launch" or dotted in ("uvicorn.run", "asyncio.run"):
                return f"starts {dotted.partition('.')[0] if last != 'launch' else 'a user interface'}"
        if isinstance(call.func, ast.Name):
            if call.func.id == "input" and "input" not in self.facts.imports:
                return "asks for input"
            called = self.facts.functions.get(call.func.id)
            if called is not None and (called.kicks_off or called.asks):
                return f"calls {call.func.id}(), which " + ("starts a run" if called.kicks_off else "asks for input")
        return None


def _is_crew(dotted: str) -> bool:
    return dotted.startswith("crewai.") and dotted.endswith(".Crew")


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node.test)
    )


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those inside its `if`, `try` and `with` too."""
    for statement in body:
        yield statement
        if _is_main_guard(statement):
            continue
        for inner in ("body", "orelse", "finalbody"):
            if isinstance(statement, (ast.If, ast.Try, ast.With)):
                yield from _top_level(getattr(statement, inner, []))
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                yield from _top_level(handler.body)


def _executed(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: no function bodies, nothing behind `__name__ == "__main__"`."""
    waiting: deque[ast.AST] = deque(each for each in body if not _is_main_guard(each))
    while waiting:
        node = waiting.popleft()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting.extend(getattr(node, "decorator_list", []))
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))
