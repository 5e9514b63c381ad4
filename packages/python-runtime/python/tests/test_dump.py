import datetime
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crewstream.dump import Dumper, shortened, size_of


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    inner: Any = None


class Rude:
    def __str__(self) -> str:
        raise RuntimeError("no")


LOCAL = datetime.datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (Colour.RED, "red"),
        ({Colour.RED: {1, 3, 2}}, {"red": [1, 2, 3]}),
        (b"1234", "[4 bytes]"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), "2026-01-02T03:04:05.000Z"),
        (datetime.timedelta(seconds=1.5), 1.5),
        (ValueError("upstream 503"), "upstream 503"),
        (KeyError(), "KeyError"),
        (Point(1, Point(2)), {"x": 1, "inner": {"x": 2, "inner": None}}),
        (Path("a/b"), "a/b"),
        (Rude(), None),
        (Point, "Point"),
        ({1: (1, 2)}, {"1": [1, 2]}),
    ],
)
def test_values(value: Any, expected: Any) -> None:
    assert Dumper().dump(value) == expected


def test_a_time_without_zone_is_local() -> None:
    assert Dumper().dump(LOCAL).endswith("Z")
    assert Dumper().dump(LOCAL) == Dumper().dump(LOCAL.astimezone())


def test_what_contains_itself_is_cut_off() -> None:
    inner: list[Any] = [1]
    inner.append(inner)
    assert Dumper().dump(inner) == [1, None]
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert size_of(Dumper().dump(deep)) < 1000


def test_live_objects_are_views_and_ids_are_renamed() -> None:
    dumper = Dumper({Point: ("x",)}, lambda text: "B" if text == "A" else text)
    assert dumper.dump({"a": Point(1), "b": ["A", "AA"]}) == {"a": {"x": "1"}, "b": ["B", "AA"]}


def test_the_longest_strings_are_cut() -> None:
    data = {"short": "x" * 100, "long": "é" * 100_000, "list": ["y" * 50_000]}
    cut = shortened(data, 4096)
    assert size_of(cut) <= 4096
    assert cut["short"] == data["short"]
    assert "[cut: 100000 characters]" in cut["long"]
    assert size_of(shortened({str(i): i for i in range(10_000)}, 4096)) < 4096
