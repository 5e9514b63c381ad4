"""The dependencies of a Poetry project, in the format of pip and uv."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .pyproject import read_toml


def poetry_requirements(root: Path) -> list[str]:
    """One requirement for each of [tool.poetry.dependencies], except Python itself and optional ones."""
    table = read_toml(root / "pyproject.toml").get("tool", {}).get("poetry", {}).get("dependencies", {})
    return [line for name, wanted in table.items() if (line := _requirement(str(name), wanted))]


def _requirement(name: str, wanted: Any) -> str:
    if name.lower() == "python":
        return ""
    if isinstance(wanted, list):
        wanted = wanted[0] if wanted else "*"
    if isinstance(wanted, str):
        return name + _range(wanted)
    if wanted.get("optional"):
        return ""
    extras = f"[{','.join(wanted['extras'])}]" if wanted.get("extras") else ""
    if "git" in wanted:
        at = wanted.get("rev") or wanted.get("tag") or wanted.get("branch")
        return f"{name}{extras} @ git+{wanted['git']}" + (f"@{at}" if at else "")
    if "url" in wanted:
        return f"{name}{extras} @ {wanted['url']}"
    if "path" in wanted:
        return ""
    return name + extras + _range(str(wanted.get("version", "*")))


def _range(version: str) -> str:
    """Poetry's `^1.2` and `~1.2` as bounds; `1.2` alone means exactly that."""
    return ",".join(_bound(part.strip()) for part in version.split(",")).strip(",")


def _bound(part: str) -> str:
    if part in ("", "*"):
        return ""
    match = re.match(r"([\^~])=?\s*(\d[\w.]*)$", part)
    if match is None:
        return part if re.match(r"[<>=!~]", part) else f"=={part}"
    numbers = [int(each) for each in re.findall(r"\d+", match[2])][:3]
    # A caret keeps the first non-zero number, a tilde the second.
    kept = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1) if match[1] == "^" else 1
    kept = min(kept, len(numbers) - 1)
    upper = [*numbers[:kept], numbers[kept] + 1]
    return f">={match[2]},<{'.'.join(map(str, upper))}"
