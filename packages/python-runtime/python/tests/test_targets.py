from pathlib import Path
from textwrap import dedent

import pytest

from crewstream.targets import NoTarget, Target, find_targets

CREW = """
from crewai import Agent, Crew
from crewai.project import CrewBase, crew

@CrewBase
class {name}:
    @crew
    def crew(self) -> Crew:
        return Crew(agents=[], tasks=[])
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
    return root


def only(root: Path) -> Target:
    [target] = find_targets(root)
    return target


def scripts(**lines: str) -> str:
    return "[project.scripts]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items())


def test_a_flow_is_a_flow_whatever_the_type_says(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": scripts(run_crew="my.main:kickoff") + '[tool.crewai]\ntype = "crew"\n',
            "src/my/__init__.py": "",
            "src/my/crews/inner.py": CREW.format(name="Inner"),
            "src/my/main.py": """
                from crewai.flow import Flow, start
                from my.crews.inner import Inner

                class Outer(Flow[dict]):
                    @start()
                    def begin(self):
                        return Inner().crew().kickoff()

                def kickoff():
                    Outer().kickoff()
            """,
        },
    )
    target = only(root)
    assert (target.kind, target.module, target.attribute) == ("flow", "my.main", "Outer")
    assert target.paths == ("src", ".", "src/my")


@pytest.mark.parametrize(
    "body",
    [
        "    Real().crew().kickoff(inputs={})",
        "    crew = Real().crew()\n    result = crew.kickoff()",
        "    import asyncio\n    asyncio.run(inner())\n\nasync def inner():\n    await Real().crew().kickoff_async()",
        "    from app.crew import Real as R\n    R().crew().kickoff()",
    ],
)
def test_the_class_whose_kickoff_a_script_calls(tmp_path: Path, body: str) -> None:
    crews = CREW.format(name="Real") + CREW.format(name="Other").split("crew\n", 2)[2]
    root = write(
        tmp_path, {"pyproject.toml": scripts(serve="app.cli:main"), "app/crew.py": crews, "app/__init__.py": ""}
    )
    (root / "app/cli.py").write_text(f"from app.crew import Real, Other\n\ndef main():\n{body}\n")
    target = only(root)
    assert (target.kind, target.module, target.attribute, target.file) == ("crew", "app.crew", "Real", "app/crew.py")


def test_poetry_scripts_and_a_module_level_crew(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": '[tool.poetry.scripts]\nrun = "main:go"\n',
            "main.py": "from team import crew\n\ndef go():\n    crew.kickoff()\n",
            "team.py": "from crewai import Crew\ncrew = Crew(agents=[], tasks=[])\n",
        },
    )
    assert (only(root).module, only(root).attribute, only(root).kind) == ("team", "crew", "crew")


def test_without_scripts_the_outermost_flow(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "flows/inner.py": """
                from crewai.flow.flow import Flow
                class Base(Flow):
                    pass
                class Inner(Base):
                    pass
            """,
            "flows/outer.py": """
                from flows.inner import Base, Inner
                class Outer(Base):
                    def run(self):
                        Inner().kickoff()
            """,
            "tests/other.py": "from crewai.flow.flow import Flow\nclass InATest(Flow):\n    pass\n",
        },
    )
    assert (only(root).kind, only(root).attribute) == ("flow", "Outer")


def test_candidates_are_listed_with_the_line_to_write(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.py": CREW.format(name="One"), "b.py": CREW.format(name="Two")})
    with pytest.raises(NoTarget) as caught:
        find_targets(root)
    assert "a.py:6" in str(caught.value)
    assert "b.py:6" in str(caught.value)
    assert 'target = "a:One"' in str(caught.value)


def test_a_function_runs_when_it_is_named(tmp_path: Path) -> None:
    api = "from crewai import Crew\n\ndef build(topic):\n    return Crew(agents=[], tasks=[])\n"
    root = write(tmp_path, {"server/api.py": api})
    with pytest.raises(NoTarget, match=r'target = "server.api:build"'):
        find_targets(root)
    write(root, {"pyproject.toml": '[tool.crewstream]\ntarget = "server.api:build"\n'})
    assert (only(root).kind, only(root).attribute, only(root).line) == ("function", "build", 3)


def test_a_list_makes_several_automations(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": '[tool.crewstream]\ntarget = ["a:One", "b:Two"]\n',
            "a.py": CREW.format(name="One"),
            "b.py": CREW.format(name="Two"),
        },
    )
    assert [(each.name, each.attribute) for each in find_targets(root)] == [("One", "One"), ("Two", "Two")]


def test_targets_of_the_same_name_in_a_list_are_told_apart(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": '[tool.crewstream]\ntarget = ["a.crew:Team", "b.crew:Team", "b.crew:Shop.build"]\n',
            "a/crew.py": CREW.format(name="Team"),
            "b/crew.py": CREW.format(name="Team") + "\nclass Shop:\n    pass\n",
        },
    )
    found = [(each.name, each.module, each.attribute) for each in find_targets(root)]
    assert found == [
        ("a-crew-Team", "a.crew", "Team"),
        ("b-crew-Team", "b.crew", "Team"),
        ("Shop-build", "b.crew", "Shop.build"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Team().crew().kickoff()", "starts a run"),
        ('topic = input("Topic? ")', "asks for input"),
        ("run()", "calls run(), which starts a run"),
        ("class X:\n    answer = input()", "asks for input"),
    ],
)
def test_a_module_that_acts_when_it_is_imported_is_refused(tmp_path: Path, line: str, why: str) -> None:
    function = "\ndef run():\n    Team().crew().kickoff()\n"
    root = write(tmp_path, {"team.py": CREW.format(name="Team") + function + line + "\n"})
    with pytest.raises(NoTarget) as caught:
        find_targets(root)
    assert why in str(caught.value)


def test_the_same_behind_the_main_guard_is_fine(tmp_path: Path) -> None:
    guarded = '\nif __name__ == "__main__":\n    Team().crew().kickoff(inputs={"topic": input()})\n'
    root = write(tmp_path, {"team.py": CREW.format(name="Team") + guarded})
    assert only(root).attribute == "Team"


def test_a_project_deep_in_a_repository_and_a_folder_that_is_no_package(tmp_path: Path) -> None:
    root = write(
        tmp_path, {"my-app/backend/src/pkg/__init__.py": "", "my-app/backend/src/pkg/crew.py": CREW.format(name="A")}
    )
    assert (only(root).module, only(root).paths[0]) == ("pkg.crew", "my-app/backend/src")


def test_files_that_are_no_python_are_passed_over(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"old.py": "print 'python 2'\n", "team.py": CREW.format(name="Team"), ".venv/x/y.py": CREW.format(name="Lib")},
    )
    assert only(root).attribute == "Team"


def test_a_crew_in_json_for_which_python_is_chosen(tmp_path: Path) -> None:
    root = write(tmp_path, {"crew.jsonc": "{}", "tools/search.py": "", "pyproject.toml": "[tool.crewstream]\n"})
    with pytest.raises(NoTarget):
        find_targets(root)
    write(root, {"pyproject.toml": '[tool.crewstream]\nruntime = "python"\n'})
    assert (only(root).kind, only(root).file) == ("declared", "crew.jsonc")
