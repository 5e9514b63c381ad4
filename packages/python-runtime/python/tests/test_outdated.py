import ast
from textwrap import dedent

import pytest

from crewstream.outdated import outdated_uses


def uses(text: str) -> list[tuple[int, str]]:
    return [(use.line, use.what) for use in outdated_uses(ast.parse(dedent(text)))]


@pytest.mark.parametrize(
    ("text", "replacement"),
    [
        ("from crewai_tools import SerperDevTool, BaseTool", "from crewai.tools import BaseTool"),
        ("from crewai_tools import tool", "from crewai.tools import tool"),
        ("from crewai.memory import ShortTermMemory", "Crew(memory=True)"),
        ("from crewai.memory.long_term.long_term_memory import LongTermMemory", "crewai.memory.Memory"),
        ("import crewai.memory.entity", "crewai.memory.Memory"),
        ("LLM(model='m').call('hi', response_format=Answer)", "response_model"),
    ],
)
def test_what_was_removed_is_named_with_its_replacement(text: str, replacement: str) -> None:
    [(line, what)] = uses(text)
    assert line == 1
    assert replacement in what


def test_super_in_a_crew_base_class_and_kickoff_in_an_async_function() -> None:
    found = uses(
        """
        @CrewBase
        class Team(Base):
            def __init__(self):
                super().__init__()

        class Post(Flow):
            @start()
            async def begin(self):
                Team().crew().kickoff()
                await Team().crew().kickoff_async()
                def later():
                    return Team().crew().kickoff()
                return await asyncio.to_thread(later)
        """
    )
    assert [line for line, _ in found] == [5, 10]
    assert "by its name" in found[0][1]
    assert "kickoff_async" in found[1][1]


def test_current_code_has_none() -> None:
    assert (
        uses(
            """
            from crewai import LLM, Crew
            from crewai.memory import Memory
            from crewai.tools import BaseTool, tool
            from crewai_tools import SerperDevTool

            class Tool(BaseTool):
                def __init__(self):
                    super().__init__()

            LLM(model="m", response_format=Answer).call("hi", response_model=Answer)
            """
        )
        == []
    )
