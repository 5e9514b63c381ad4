from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from crewstream import idempotency_key, library
from crewstream import tools as tools_module
from crewstream.dump import Dumper
from crewstream.identity import Identities
from crewstream.tools import Tools

EXECUTION = str(uuid.UUID(int=7))


class FakeTap:
    def __init__(self) -> None:
        self.identities = Identities(EXECUTION)
        self.dumper = Dumper()
        self.emitted: list[tuple[str, dict[str, Any]]] = []

    def emit(self, kind: str, data: dict[str, Any], identity: str) -> None:
        self.emitted.append((kind, data))


class FakeChannel:
    """The worker's journal, which outlives the process."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def call(self, kind: str, *, path: str, row: Any = None) -> Any:
        if kind == "journal_write":
            self.rows[path] = row
            return True
        return self.rows.get(path)


class Refused(Exception):
    pass


class Life:
    """One execution of a run: its tool class is wrapped again, the journal is the same."""

    def __init__(self, channel: FakeChannel, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[Any] = []
        self.calls = calls

        class Tool:
            name = "charge"
            current_usage_count = 0

            def run(self, amount: Any) -> Any:
                calls.append((amount, idempotency_key()))
                if amount == "refuse":
                    raise Refused("no", 3)
                if amount == "object":
                    return object()
                return self.invoke(amount)

            def invoke(self, amount: Any) -> Any:
                return {"charged": amount}

            async def arun(self, amount: Any) -> Any:
                calls.append((amount, idempotency_key()))
                return amount

        self.tool = Tool()
        self.tap = FakeTap()
        monkeypatch.setattr(tools_module, "_WAYS", (("x", "Tool", ("run", "arun", "invoke")),))
        monkeypatch.setattr(library, "part", lambda module, name: Tool)
        Tools(channel, self.tap).install()  # type: ignore[arg-type]


def test_a_finished_call_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = FakeChannel()
    first = Life(channel, monkeypatch)
    assert [first.tool.run(1), first.tool.run(1), first.tool.run(2)] == [{"charged": 1}, {"charged": 1}, {"charged": 2}]
    assert asyncio.run(first.tool.arun(5)) == 5
    assert len(first.calls) == 4
    assert len({key for _, key in first.calls}) == 4
    again = Life(channel, monkeypatch)
    assert [again.tool.run(1), again.tool.run(2), asyncio.run(again.tool.arun(5))] == [
        {"charged": 1},
        {"charged": 2},
        5,
    ]
    assert again.calls == []
    assert again.tool.current_usage_count == 3
    # One call more than there was before is made.
    assert [again.tool.run(1), again.tool.run(1)] == [{"charged": 1}, {"charged": 1}]
    assert len(again.calls) == 1


def test_an_interrupted_call_is_made_again_with_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = FakeChannel()
    first = Life(channel, monkeypatch)
    first.tool.run(1)
    channel.rows.clear()
    again = Life(channel, monkeypatch)
    again.tool.run(1)
    assert again.calls == first.calls


def test_an_error_is_raised_again(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = FakeChannel()
    for life in (Life(channel, monkeypatch), again := Life(channel, monkeypatch)):
        with pytest.raises(Refused) as caught:
            life.tool.run("refuse")
        assert caught.value.args == ("no", 3)
    assert again.calls == []


def test_what_is_not_json_is_said_once_and_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = FakeChannel()
    life = Life(channel, monkeypatch)
    life.tool.run("object")
    life.tool.run("object")
    [(kind, data)] = life.tap.emitted
    assert (kind, data["tool_name"]) == ("replay_limited", "charge")
    assert "(object) is not JSON" in data["reason"]
    assert channel.rows == {}


@pytest.mark.parametrize("value", [(1, 2), {1: "a"}, float("nan"), b"x", {"a": {1}}])
def test_only_what_json_gives_back_unchanged_is_kept(value: Any) -> None:
    assert isinstance(tools_module._success(value), str)


@pytest.mark.parametrize("value", [None, "text", 1, True, [1, {"a": None}], {}])
def test_json_is_kept(value: Any) -> None:
    assert tools_module._success(value) == {"value": value}
