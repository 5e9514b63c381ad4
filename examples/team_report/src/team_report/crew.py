from crewai import Agent, Crew, Process, Task
from crewai.agents.agent_builder.base_agent import BaseAgent
from crewai.project import CrewBase, agent, crew, task

from team_report.tools.notes_by_state import NotesByState


@CrewBase
class TeamReport:
    """A crew that turns a team's notes into a report"""

    agents: list[BaseAgent]
    tasks: list[Task]

    @agent
    def reader(self) -> Agent:
        return Agent(
            config=self.agents_config["reader"],  # type: ignore[index]
            tools=[NotesByState()],
            max_iter=8,
        )

    @agent
    def reporter(self) -> Agent:
        return Agent(config=self.agents_config["reporter"])  # type: ignore[index]

    @task
    def read_task(self) -> Task:
        return Task(config=self.tasks_config["read_task"])  # type: ignore[index]

    @task
    def report_task(self) -> Task:
        return Task(
            config=self.tasks_config["report_task"],  # type: ignore[index]
            output_file="report.md",
        )

    @crew
    def crew(self) -> Crew:
        return Crew(agents=self.agents, tasks=self.tasks, process=Process.sequential)
