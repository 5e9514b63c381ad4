#!/usr/bin/env python
from crewai import Agent
from crewai.flow import Flow, HumanFeedbackResult, human_feedback, listen, start
from pydantic import BaseModel


class Ticket(BaseModel):
    customer: str = "Ada"
    question: str = "Where is my invoice?"


class SupportReply(Flow[Ticket]):
    """Drafts a reply, has a person approve it, and gives what is to be sent."""

    @start()
    def draft(self) -> str:
        writer = Agent(
            role="Support engineer",
            goal="Answer customers in three sentences",
            backstory="You never promise what you cannot keep.",
        )
        return writer.kickoff(f"Answer {self.state.customer}, who asks: {self.state.question}").raw

    @listen(draft)
    @human_feedback(message="Send this reply?", emit=["approved", "rejected"], llm="gpt-4.1-mini")
    def review(self, reply: str) -> str:
        return reply

    @listen("approved")
    def send(self, review: HumanFeedbackResult) -> dict[str, str]:
        return {"to": self.state.customer, "text": str(review.output)}

    @listen("rejected")
    def discard(self, review: HumanFeedbackResult) -> dict[str, str]:
        return {"discarded": review.feedback}


def kickoff():
    """Runs the flow on this machine, by `crewai run`."""
    SupportReply().kickoff()
