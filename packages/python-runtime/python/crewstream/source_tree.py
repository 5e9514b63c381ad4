"""The Python files of a project and their definitions, found without importing any of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .syntax import ModuleFacts, read_module

_MAX_FILES = 4000
_MAX_BYTES = 2 * 1024 * 1024
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "build", "dist", "tests", "test"}


@dataclass(frozen=True)
class Definition:
    """A class, function or variable at the top level of a module of the project."""

    module: ModuleFacts
    name: str

    @property
    def dotted(self) -> str:
        return f"{self.module.name}.{self.name}"

    @property
    def line(self) -> int:
        facts = self.module
        if self.name in facts.classes:
            return facts.classes[self.name].line
        if self.name in facts.functions:
            return facts.functions[self.name].line
        return facts.variables.get(self.name, ("", 1))[1]


class SourceTree:
    """All Python files under a root that are not tests, by dotted name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[str, ModuleFacts] = {}
        for file in sorted(_python_files(root)):
            name, is_package = module_name(root, file)
            if name and name not in self.modules:
                text = file.read_text(encoding="utf-8", errors="replace")
                relative = file.relative_to(root).as_posix()
                self.modules[name] = read_module(text, name=name, file=relative, is_package=is_package)

    def find(self, dotted: str) -> Definition | None:
        """What a dotted name refers to, through imports of the project's own modules; None for names from elsewhere."""
        for _ in range(6):
            parts = dotted.split(".")
            for length in range(len(parts) - 1, 0, -1):
                facts = self.modules.get(".".join(parts[:length]))
                if facts is not None:
                    break
            else:
                return None
            name = parts[length]
            if name in facts.classes or name in facts.functions or name in facts.variables:
                return Definition(facts, name)
            if name not in facts.imports:
                return None
            dotted = ".".join([facts.imports[name], *parts[length + 1 :]])
        return None

    # ---- what a definition is ----

    def is_flow(self, definition: Definition, depth: int = 0) -> bool:
        facts = definition.module.classes.get(definition.name)
        if facts is None or depth > 10:
            return False
        for base in facts.bases:
            if base.startswith("crewai.") and base.endswith(".Flow"):
                return True
            own = self.find(base)
            if own is not None and own != definition and self.is_flow(own, depth + 1):
                return True
        return False

    def is_crew_base(self, definition: Definition) -> bool:
        facts = definition.module.classes.get(definition.name)
        return facts is not None and any(
            each.startswith("crewai.") and each.endswith(".CrewBase") for each in facts.decorators
        )

    def is_crew(self, definition: Definition) -> bool:
        """A module-level variable that holds a crew."""
        made_by = definition.module.variables.get(definition.name, ("", 0))[0]
        return made_by.startswith("crewai.") and made_by.endswith(".Crew")

    def flows(self, modules: list[ModuleFacts] | None = None) -> list[Definition]:
        """Flow classes of these modules (default: all) that no other flow there extends or instantiates."""
        found = [each for each in self._classes(modules) if self.is_flow(each)]
        inner = {
            other
            for each in found
            for name in each.module.classes[each.name].mentions
            if (other := self.find(name)) is not None and other != each
        }
        return [each for each in found if each not in inner] or found

    def crew_bases(self, modules: list[ModuleFacts] | None = None) -> list[Definition]:
        return [each for each in self._classes(modules) if self.is_crew_base(each)]

    def crews(self, modules: list[ModuleFacts] | None = None) -> list[Definition]:
        return [
            definition
            for facts in self._modules(modules)
            for name in facts.variables
            if self.is_crew(definition := Definition(facts, name))
        ]

    def functions_that_build(self) -> list[Definition]:
        return [
            Definition(facts, function.name)
            for facts in self.modules.values()
            for function in facts.functions.values()
            if function.builds_crew
        ]

    def outdated(self) -> list[tuple[str, int, str]]:
        """Uses of what newer versions of crewai lack: file, line and what to write."""
        return [(facts.file, use.line, use.what) for facts in self.modules.values() for use in facts.outdated]

    def _modules(self, modules: list[ModuleFacts] | None) -> list[ModuleFacts]:
        return list(self.modules.values()) if modules is None else modules

    def _classes(self, modules: list[ModuleFacts] | None) -> list[Definition]:
        return [Definition(facts, name) for facts in self._modules(modules) for name in facts.classes]


def module_name(root: Path, file: Path) -> tuple[str, bool]:
    """A file's dotted name, and whether it is a package's `__init__`. Empty for a name that cannot be imported."""
    base = import_root(root, file)
    parts = list(file.relative_to(base).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    if is_package:
        parts.pop()
    if parts and not all(part.isidentifier() for part in parts):
        # A folder such as `my-app` is not a package: its files are imported from inside it.
        last_bad = max((at for at, part in enumerate(parts) if not part.isidentifier()), default=-1)
        parts = parts[last_bad + 1 :]
    return ".".join(parts), is_package


def import_root(root: Path, file: Path) -> Path:
    """The folder that must be on `sys.path` for a file: above its outermost package, else `src/`, else the root."""
    folder = file.parent
    while folder != root and (folder / "__init__.py").is_file():
        folder = folder.parent
    if folder != file.parent:
        return folder
    for above in [folder, *folder.parents]:
        if above == root:
            break
        if above.name == "src":
            return above
    return root


def _python_files(root: Path) -> list[Path]:
    found: list[Path] = []
    for folder, names, files in os.walk(root):
        names[:] = [
            name
            for name in names
            if name not in _SKIPPED
            and not name.startswith(".")
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        ]
        for name in files:
            if (
                not name.endswith(".py")
                or name.startswith("test_")
                or name.endswith("_test.py")
                or name == "conftest.py"
            ):
                continue
            path = Path(folder, name)
            try:
                small = path.stat().st_size <= _MAX_BYTES
            except OSError:
                continue
            if small:
                found.append(path)
            if len(found) >= _MAX_FILES:
                return found
    return found
