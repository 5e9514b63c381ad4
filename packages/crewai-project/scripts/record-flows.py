"""Records which methods of random declarative flows crewai runs, and in which order.

    python packages/crewai-project/scripts/record-flows.py 400 > packages/crewai-project/src/recorded/fixtures/crewai-flows.json

needs an environment with crewai. Every call of a method takes a fixed time of a virtual clock, so what ends first is
the same here and in the tests, which need no Python. A flow is kept only if no two methods end at once, if crewai does
the same under several hash seeds (it walks sets), and if it cancels no method: of a race it cancels whichever branch
has not returned yet, also one in the middle of what it has won.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from typing import Any

os.environ.update(CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true", CREWAI_TRACING_ENABLED="false")

HASH_SEEDS = ("1", "2", "3")
MAX_CALLS = 6
LONGEST_TRACE = 70
LABELS = ("x", "y", "z", "u", "v", "w")

Flow = dict[str, Any]


class VirtualLoop(asyncio.SelectorEventLoop):
    """Jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        selector, select = self._selector, self._selector.select

        def jump(timeout: float | None = None) -> Any:
            if timeout is not None and timeout > 0:
                self.now += timeout
                timeout = 0
            return select(timeout)

        selector.select = jump

    def time(self) -> float:
        return self.now


def record(flow: Flow) -> dict[str, Any]:
    """What crewai does: `+name` where a method begins, `name` where it ends; and whether the flow failed."""
    from crewai.flow.flow import Flow as CrewaiFlow

    trace: list[str] = []
    cancelled: list[str] = []
    failures: list[bool] = []
    ends: list[float] = []

    class Watched(CrewaiFlow):
        """Tracks whether it has failed: methods still running then end too, at a meaningless time."""

        async def _execute_single_listener(self, *args: Any, **fields: Any) -> Any:
            try:
                return await super()._execute_single_listener(*args, **fields)
            except RecursionError:
                failures.append(True)
                raise

    instance = Watched.from_declaration(contents=declaration(flow), suppress_flow_events=True)

    def timed(name: str, run: Any) -> Any:
        async def method(*args: Any) -> Any:
            if not failures:
                trace.append(f"+{name}")
            result = run(*args)
            try:
                await asyncio.sleep(flow["methods"][name]["ms"])
            except asyncio.CancelledError:
                cancelled.append(name)
                raise
            if not failures:
                ends.append(loop.time())
                trace.append(name)
            return result

        return method

    for name, run in list(instance._methods.items()):
        instance._methods[name] = timed(name, run)

    async def inline(run: Any, *args: Any, **fields: Any) -> Any:
        return run(*args, **fields)

    loop = VirtualLoop()
    own, asyncio.to_thread = asyncio.to_thread, inline
    failed = False
    try:
        loop.run_until_complete(instance.kickoff_async())
    except RecursionError:
        failed = True
    finally:
        asyncio.to_thread = own
        loop.close()
    return {
        "trace": " ".join(trace),
        "failed": failed,
        "cancelled": len(cancelled) > 0 and not failed,
        "tied": len(set(ends)) < len(ends),
    }


def declaration(flow: Flow) -> dict[str, Any]:
    """The flow as crewai reads it; the tests build theirs from the same parts."""
    methods = {}
    for name, method in flow["methods"].items():
        labels = method.get("labels")
        methods[name] = {
            **{key: method[key] for key in ("start", "listen") if key in method},
            **({"router": True, "emit": [str(label) for label in labels if label is not None]} if labels else {}),
            "do": {"call": "expression", "expr": sequence(name, labels) if labels else f"'{name}'"},
        }
    return {"schema": "crewai.flow/v1", "name": "f", "config": {"max_method_calls": MAX_CALLS}, "methods": methods}


def sequence(name: str, labels: list[Any]) -> str:
    """An expression that returns one label after the other and then repeats the last, by the method's earlier results."""
    expression = literal(labels[-1])
    for before, label in reversed(list(zip(labels, labels[1:], strict=False))):
        expression = f"outputs.{name} == {literal(before)} ? {literal(label)} : {expression}"
    return f"!has(outputs.{name}) ? {literal(labels[0])} : {expression}" if len(labels) > 1 else expression


def literal(label: Any) -> str:
    # Branches of different types are an error for some implementations of CEL.
    return "dyn(null)" if label is None else json.dumps(label).replace('"', "'")


def generate(rng: random.Random) -> Flow:
    names = [chr(ord("a") + index) for index in range(rng.randint(3, 9))]
    labels = list(LABELS[: rng.randint(1, len(LABELS))])
    routers = {name: sequence_of(rng, names, labels) for name in names if rng.random() < 0.4}
    given = sorted({str(label) for sequence in routers.values() for label in sequence if label is not None} - {*names})
    events = [*names, *given, *given]
    methods: Flow = {}
    starts = rng.choice((1, 1, 1, 2, 2, 3))
    for index, name in enumerate(names):
        others = [event for event in events if event != name]
        earlier = [event for event in others if event not in names or event < name]
        # Mostly earlier ones, so that much of it runs; otherwise a cycle.
        pool = earlier if earlier and rng.random() < 0.75 else others
        method: Flow = {}
        if index < starts and rng.random() < 0.93:
            method["start"] = True
        elif rng.random() < 0.1:
            method["start"] = condition(rng, pool)
        if "start" not in method or rng.random() < 0.12:
            method["listen"] = condition(rng, pool)
        if name in routers:
            method["labels"] = routers[name]
        methods[name] = method
    times = rng.sample(range(1, 1000), len(names))
    for name, ms in zip(names, times, strict=True):
        methods[name]["ms"] = ms
    return {"methods": methods}


def sequence_of(rng: random.Random, names: list[str], labels: list[str]) -> list[Any]:
    """CEL cannot compare text with other types: a value other than text stands alone, or after one label."""
    chance = rng.random()
    if chance < 0.08:
        return [rng.choice((rng.choice(names), 7, True))]
    if chance < 0.18:
        return [rng.choice(labels), None]
    return rng.sample(labels, min(len(labels), rng.choice((1, 1, 2, 3))))


def condition(rng: random.Random, pool: list[str], depth: int = 0) -> Any:
    pool = sorted(set(pool))
    chance = rng.random()
    if len(pool) < 2 or chance < 0.45 + 0.2 * depth:
        return rng.choice(pool)
    count = min(len(pool), rng.choice((2, 2, 3)))
    nested = rng.random() < 0.25 and depth < 2
    parts: list[Any] = rng.sample(pool, count)
    if nested:
        parts[rng.randrange(count)] = condition(rng, pool, depth + 1)
    return {rng.choice(("and", "or")): parts}


def main(count: int) -> None:
    rng = random.Random(2026)
    kept: list[Flow] = []
    tally = {"generated": 0, "unsteady": 0, "cancelled": 0, "tied": 0, "dull": 0}
    seen: set[str] = set()
    while len(kept) < count:
        flows = [generate(rng) for _ in range(200)]
        tally["generated"] += len(flows)
        runs = [recorded_under(seed, flows) for seed in HASH_SEEDS]
        for flow, *answers in zip(flows, *runs, strict=True):
            first = answers[0]
            trace = first.get("trace", "")
            if any(answer != first for answer in answers):
                tally["unsteady"] += 1
            elif first["cancelled"]:
                tally["cancelled"] += 1
            elif first["tied"]:
                tally["tied"] += 1
            elif is_dull(rng, flow, trace) or trace in seen:
                tally["dull"] += 1
            elif len(kept) < count:
                seen.add(trace)
                kept.append({**flow, "trace": trace, **({"failed": True} if first["failed"] else {})})
    print(json.dumps(tally), file=sys.stderr)
    import crewai

    lines = ",\n".join(json.dumps(flow, separators=(",", ":")) for flow in kept)
    print(f'{{"crewai":"{crewai.__version__}","maxCalls":{MAX_CALLS},"flows":[\n{lines}\n]}}')


def is_dull(rng: random.Random, flow: Flow, trace: str) -> bool:
    """Few methods ran, or so many that a difference is hard to read; some of each shape are kept."""
    tokens = trace.split()
    ran = {token for token in tokens if not token.startswith("+")}
    routed = any("labels" in flow["methods"][name] for name in ran)
    return not 0 < len(tokens) <= LONGEST_TRACE or (len(ran) < 3 and rng.random() < 0.95) or (not routed and rng.random() < 0.8)


def recorded_under(hash_seed: str, flows: list[Flow]) -> list[dict[str, Any]]:
    child = subprocess.run(
        [sys.executable, __file__, "--record"],
        input=json.dumps(flows),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(child.stdout.splitlines()[-1])
    return answers


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        import logging

        logging.disable(logging.CRITICAL)
        # A flow that fails leaves methods behind that never end.
        sys.unraisablehook = lambda _: None
        print(json.dumps([record(flow) for flow in json.load(sys.stdin)]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
