"""The crew worker's child process: inspects a project, describes one of its automations, or runs it."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from . import lazy_memory, library
from .channel import Channel, Message
from .describing import describe
from .forkserver import ForkServer, preload
from .project import load
from .pyproject import PyProject, UnreadableProject
from .requirements import poetry_requirements
from .running import Order, failure, run
from .source_tree import SourceTree
from .targets import NoTarget, find_targets

#: The version of the messages on descriptors 3 and 4.
PROTOCOL = 1
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    mode = arguments[0] if arguments else ""
    if mode == "find":
        print(json.dumps(find(arguments[1])))
    elif mode == "requirements":
        print("\n".join(poetry_requirements(Path(arguments[1]))))
    elif mode in ("describe", "run"):
        execute(3, 4, mode)
    elif mode == "forkserver":
        serve(arguments[1])
    else:
        sys.exit("usage: find FOLDER | requirements FOLDER | describe | run | forkserver SOCKET")


def serve(path: str) -> None:
    """Forks a child for each order received on a socket, until the parent is gone."""
    die_with_parent()
    threads = preload()
    if threads > 1:
        sys.exit(f"importing crewai has left {threads} threads, so it cannot be forked")
    server = ForkServer(path, lambda channel, start: execute(channel, channel, start["mode"]))
    print(json.dumps({"ready": True, "crewai": library.version()}), flush=True)
    server.serve()


def execute(up: int, down: int, mode: str) -> None:
    """Executes the order received on a pipe, and ends the process."""
    die_with_parent()
    channel, order = receive(up, down)
    if mode == "run":
        run(channel, order)
    describe_order(channel, order)


def find(folder: str) -> dict[str, Any]:
    """What the project in a folder runs, or the problem that prevents it from being run."""
    try:
        root = Path(folder).resolve()
        tree = SourceTree(root)
        outdated = [{"file": file, "line": line, "what": what} for file, line, what in tree.outdated()]
        project = PyProject(root)
        targets = [target.as_json() for target in find_targets(root, tree)]
        described = {"description": project.description, "replays": project.replays}
        return {"targets": targets, "outdated": outdated, **described}
    except (NoTarget, UnreadableProject) as error:
        return {"problem": str(error)}


def receive(up: int, down: int) -> tuple[Channel, Order]:
    """Says hello on a pipe and waits for the order on the other."""
    channel = Channel(up, down)
    ready = threading.Event()
    orders: list[Order] = []

    def take(message: Message) -> None:
        orders.append(Order.of(message))
        ready.set()

    channel.on("run", take)
    channel.start()
    channel.send({"t": "hello", "protocol": PROTOCOL, "python": platform.python_version(), "crewai": library.version()})
    ready.wait()
    return channel, orders[0]


def describe_order(channel: Channel, order: Order) -> None:
    """Reports the inputs of an order's automation, and ends the process."""
    try:
        os.chdir(order.directory)
        lazy_memory.install()
        channel.send({"t": "described", **describe(load(order.project, order.target, {}))})
    except BaseException as error:
        channel.send({"t": "undescribed", **failure(error)})
    os._exit(0)


def die_with_parent() -> None:
    """Asks Linux to kill this process when its parent dies: native code may prevent it from noticing its pipe's end."""
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        except (OSError, AttributeError):
            # A C library without it: the end of the pipe has to suffice.
            return
