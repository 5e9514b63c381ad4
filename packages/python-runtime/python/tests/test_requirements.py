from pathlib import Path

from crewstream.requirements import poetry_requirements


def test_poetry_ranges(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        """
[tool.poetry.dependencies]
python = ">=3.10,<3.13"
crewai = {extras = ["tools"], version = "^0.28.8"}
one = "^1.2.3"
zero = "^0.0.3"
tilde = "~1.4"
exact = "2.0"
any = "*"
bounds = ">=1,<3"
left = {version = "1.0", optional = true}
repo = {git = "https://example.com/x.git", tag = "v1"}
"""
    )
    assert poetry_requirements(tmp_path) == [
        "crewai[tools]>=0.28.8,<0.29",
        "one>=1.2.3,<2",
        "zero>=0.0.3,<0.0.4",
        "tilde>=1.4,<1.5",
        "exact==2.0",
        "any",
        "bounds>=1,<3",
        "repo @ git+https://example.com/x.git@v1",
    ]
