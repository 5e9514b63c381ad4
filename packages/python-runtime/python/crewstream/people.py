"""Human-input requests: the worker has the answer, or the run ends here and is resumed once there is one."""

from __future__ import annotations

import asyncio
import builtins
from contextvars import ContextVar
from typing import Any

from . import library
from .channel import Channel
from .events import EventTap


class Paused(BaseException):
    """Unwinds a run that waits for a person. Not an Exception: the library's retries and guards must not catch it."""


class _Chosen(str):
    """A person's answer with the outcome that they chose: no model is asked which one they mean."""

    outcome: str

    def __new__(cls, feedback: str, outcome: str) -> _Chosen:
        said = super().__new__(cls, feedback)
        said.outcome = outcome
        return said

    def __str__(self) -> str:
        # The library calls str() on a provider's answer, which must keep the outcome.
        return self


class People:
    """Replaces the terminal wherever the library, or the project's own code, asks a person."""

    def __init__(self, channel: Channel, tap: EventTap) -> None:
        self._channel = channel
        self._tap = tap
        #: The task whose result is under review in this context, if the library's terminal provider asks.
        self._review: ContextVar[dict[str, Any] | None] = ContextVar("crewstream_review", default=None)

    def install(self) -> None:
        config = library.part("crewai.flow.flow_config", "flow_config")
        if config is not None:
            config.hitl_provider = _Feedback(self)
            config.input_provider = _Input(self)
        _take_outcomes(library.part("crewai.flow.flow", "Flow"))
        provider = library.part("crewai.core.providers.human_input", "SyncHumanInputProvider")
        register = library.part("crewai.core.providers.human_input", "set_provider")
        if provider is not None and register is not None:
            register(_task_review(provider, self))
        # Hooks, tools, and the human input of older versions, which have no providers.
        builtins.input = lambda prompt="", /: self.ask("input", "", message=str(prompt))

    def ask(self, kind: str, step: str, *, message: str, **fields: Any) -> str:
        """A person's answer. Raises Paused while there is none.

        If the same request was made in an earlier execution of the run, its answer is at the same path: by who asks,
        and by the count of such requests. What is under review may differ; the message of an input may not.
        """
        key = f"human:{kind}:{step}" if kind == "review" else f"human:{kind}:{step}:{message}"
        number = self._tap.identities.ordinal(key)
        answer = self._channel.call(
            "human",
            ask=kind,
            step=step,
            path=f"{key}:{number}",
            parent=self._tap.current_parent(),
            message=message,
            **{name: self._tap.dumper.dump(value) for name, value in fields.items()},
        )
        if answer is None:
            raise Paused
        feedback, outcome = str(answer["feedback"]), answer.get("outcome")
        return feedback if outcome is None else _Chosen(feedback, str(outcome))

    def review_task(self, answer: Any, context: Any) -> Any:
        """What the terminal provider shows of a task, for the requests that it is about to make."""
        task, agent = getattr(context, "task", None), getattr(context, "agent", None)
        review = {
            "step": getattr(task, "name", None) or getattr(task, "description", None) or "",
            "task": task,
            "task_id": str(getattr(task, "id", "")) or None,
            "agent": getattr(agent, "role", None),
        }
        token = self._review.set(review)
        self.answered(answer)
        return token

    def answered(self, answer: Any) -> None:
        """What is under review now."""
        review = self._review.get()
        if review is not None:
            output = getattr(answer, "output", answer)
            review["output"] = output if isinstance(output, str) else self._tap.dumper.dump(output)

    def ask_for_review(self) -> str:
        review = dict(self._review.get() or {"step": ""})
        step = review.pop("step")
        question = "Please review this result. Approve it, or say what should be different."
        return self.ask("review", step, message=question, **review)

    def reviewed(self, token: Any) -> None:
        self._review.reset(token)


class _Feedback:
    """`@human_feedback` of a flow's method."""

    def __init__(self, people: People) -> None:
        self._people = people

    def request_feedback(self, context: Any, flow: Any) -> str:
        return self._people.ask(
            "review",
            context.method_name,
            message=context.message,
            output=context.method_output,
            emit=context.emit,
            default=getattr(context, "default_outcome", None),
            metadata=getattr(context, "metadata", None) or {},
            flow=_name_of(flow),
        )


class _Input:
    """`Flow.ask()`."""

    def __init__(self, people: People) -> None:
        self._people = people

    def request_input(self, message: str, flow: Any, metadata: Any = None) -> str:
        return self._people.ask("input", "", message=message, metadata=metadata or {}, flow=_name_of(flow), emits=True)


class _WatchedContext:
    """An agent's executor, as the provider sees it: each response to feedback is what is reviewed next."""

    def __init__(self, context: Any, people: People) -> None:
        object.__setattr__(self, "_watched", context)
        object.__setattr__(self, "_people", people)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watched, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._watched, name, value)

    def _invoke_loop(self) -> Any:
        answer = self._watched._invoke_loop()
        self._people.answered(answer)
        return answer

    async def _ainvoke_loop(self) -> Any:
        answer = await self._watched._ainvoke_loop()
        self._people.answered(answer)
        return answer


def _take_outcomes(flow_class: Any) -> None:
    """Uses the outcome that an answer has chosen, where the library would ask a model for one."""
    classify = getattr(flow_class, "_collapse_to_outcome", None)
    if classify is None:
        return

    def collapse(self: Any, feedback: str, *args: Any, **fields: Any) -> str:
        return feedback.outcome if isinstance(feedback, _Chosen) else classify(self, feedback, *args, **fields)

    flow_class._collapse_to_outcome = collapse


def _name_of(flow: Any) -> str:
    return str(getattr(flow, "name", None) or type(flow).__name__)


def _task_review(provider: Any, people: People) -> Any:
    """A provider for tasks with `human_input=True`, which works like the library's own, without a terminal."""

    class TaskReview(provider):  # type: ignore[misc]
        def handle_feedback(self, formatted_answer: Any, context: Any) -> Any:
            token = people.review_task(formatted_answer, context)
            try:
                return super().handle_feedback(formatted_answer, _WatchedContext(context, people))
            finally:
                people.reviewed(token)

        async def handle_feedback_async(self, formatted_answer: Any, context: Any) -> Any:
            token = people.review_task(formatted_answer, context)
            try:
                return await super().handle_feedback_async(formatted_answer, _WatchedContext(context, people))
            finally:
                people.reviewed(token)

        @staticmethod
        def _prompt_input(crew: Any) -> str:
            return people.ask_for_review()

        @staticmethod
        async def _prompt_input_async(crew: Any) -> str:
            return await asyncio.to_thread(people.ask_for_review)

    return TaskReview()
