"""Parts of crewai that newer versions lack or refuse, found in a syntax tree, with what replaced them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_MEMORY = "removed from crewai: use Crew(memory=True) or crewai.memory.Memory"

#: Imports by their dotted name; one that ends with a dot stands for all that is in a package.
_IMPORTS = {
    "crewai_tools.BaseTool": "removed from crewai_tools: from crewai.tools import BaseTool",
    "crewai_tools.tool": "removed from crewai_tools: from crewai.tools import tool",
    **{
        f"crewai.memory.{name}": _MEMORY
        for name in ("ShortTermMemory", "LongTermMemory", "EntityMemory", "UserMemory", "ExternalMemory")
    },
    **{
        f"crewai.memory.{name}.": _MEMORY
        for name in ("short_term", "long_term", "entity", "user", "external", "contextual")
    },
}


@dataclass(frozen=True)
class Outdated:
    """A line that works with older versions of crewai only."""

    line: int
    what: str


def outdated_uses(tree: ast.Module) -> list[Outdated]:
    """Uses of what newer versions of crewai lack, in the order of their lines."""
    found = {use for node in ast.walk(tree) for use in _uses(node)}
    return sorted(found, key=lambda use: (use.line, use.what))


def _uses(node: ast.AST) -> Iterator[Outdated]:
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        for alias in node.names:
            yield from _import(f"{node.module}.{alias.name}", node.lineno)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            yield from _import(alias.name, node.lineno)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "call":
            for keyword in node.keywords:
                if keyword.arg == "response_format":
                    yield Outdated(node.lineno, "LLM.call() has no response_format: use response_model")
    elif isinstance(node, ast.ClassDef) and any(_last_name(each) == "CrewBase" for each in node.decorator_list):
        for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
            if _last_name(call.func) == "super" and not call.args:
                what = "super() fails in a @CrewBase class, which crewai creates anew: call the base class by its name"
                yield Outdated(call.lineno, what)
    elif isinstance(node, ast.AsyncFunctionDef):
        for call in _calls_without_await(node):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "kickoff":
                what = "kickoff() fails in an async function: use await ….kickoff_async()"
                yield Outdated(call.lineno, what)


def _import(dotted: str, line: int) -> Iterator[Outdated]:
    for name, what in _IMPORTS.items():
        if dotted == name or (name.endswith(".") and f"{dotted}.".startswith(name)):
            yield Outdated(line, f"{dotted} was {what}")


def _calls_without_await(function: ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """Calls that the function itself makes: not those of functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            waiting.extend(ast.iter_child_nodes(node.value))
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
