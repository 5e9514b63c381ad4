"""A process that has imported crewai and forks a child for each order: a run then starts in 0.05 s, not in 8.

It forks from a single thread and has run no code of any project. A client opens four connections for a child, each with
a line that names its purpose; the child gets three of them, and the fourth stays here: on it the client learns how the
child ended, and when the client closes it, or dies, the child is killed with everything it has started.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Imported by nearly every run. None of them starts a thread.
_PRELOADED = (
    "crewai",
    "crewai.project",
    "crewai.flow.flow",
    "crewai.flow.flow_config",
    "crewai.tools",
    "crewai.tools.structured_tool",
    "crewai.agents.agent_executor",
    "crewai.core.providers.human_input",
    "crewai.llms.providers.openai.completion",
    "crewai.events.event_types",
    "crewai.state.runtime",
    "crewai.memory.unified_memory",
    "openai.resources.chat",
    "concurrent.futures.thread",
)
_MAX_HEAD_BYTES = 16 * 1024 * 1024
_ROLES = ("channel", "stdout", "stderr", "control")


@dataclass
class _Start:
    """The connections of a child to be forked."""

    order: dict[str, Any] = field(default_factory=dict)
    sockets: dict[str, socket.socket] = field(default_factory=dict)


class ForkServer:
    """Listens on a Unix socket; `run` is called in each child with the order from its control connection."""

    def __init__(self, path: str, run: Callable[[int, dict[str, Any]], None]) -> None:
        self._run = run
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(128)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._starts: dict[str, _Start] = {}
        self._children: dict[int, socket.socket] = {}
        self._wakeup = os.pipe()
        self._retiring = False

    def serve(self) -> None:
        """Serves until the server's own parent closes stdin."""
        for end in self._wakeup:
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        self._selector.register(self._wakeup[0], selectors.EVENT_READ, self._reap)
        self._selector.register(sys.stdin, selectors.EVENT_READ, self._told)
        while True:
            for key, _ in self._selector.select():
                key.data(key.fileobj)

    def _accept(self, _: Any) -> None:
        connection, _address = self._listener.accept()
        head = bytearray()

        def read(_: Any) -> None:
            # What follows the line is for the child, so no more than the line is read.
            seen = connection.recv(65536, socket.MSG_PEEK)
            end = seen.find(b"\n") + 1
            head.extend(connection.recv(end or len(seen)))
            if seen and not end and len(head) < _MAX_HEAD_BYTES:
                return
            self._selector.unregister(connection)
            if end:
                self._introduced(connection, json.loads(head))
            else:
                connection.close()

        self._selector.register(connection, selectors.EVENT_READ, read)

    def _introduced(self, connection: socket.socket, message: dict[str, Any]) -> None:
        start = self._starts.setdefault(message["child"], _Start())
        start.sockets[message["role"]] = connection
        if message["role"] == "control":
            start.order = message
        if all(role in start.sockets for role in _ROLES):
            del self._starts[message["child"]]
            self._fork(start)

    def _fork(self, start: _Start) -> None:
        control = start.sockets["control"]
        pid = os.fork()
        if pid == 0:
            try:
                self._become_child(start)
            finally:
                os._exit(70)
        for role in ("channel", "stdout", "stderr"):
            start.sockets[role].close()
        self._children[pid] = control
        _say(control, {"pid": pid})
        self._selector.register(control, selectors.EVENT_READ, lambda _: self._control(pid))

    def _become_child(self, start: _Start) -> None:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for other in (self._listener, start.sockets["control"], *self._children.values()):
            other.close()
        for waiting in self._starts.values():
            for connection in waiting.sockets.values():
                connection.close()
        for end in self._wakeup:
            os.close(end)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(start.sockets["stdout"].fileno(), 1)
        os.dup2(start.sockets["stderr"].fileno(), 2)
        start.sockets["stdout"].close()
        start.sockets["stderr"].close()
        os.environ.clear()
        os.environ.update(start.order["env"])
        time.tzset()
        # Two children must not generate the same random numbers.
        random.seed()
        os.chdir(start.order["directory"])
        self._run(start.sockets["channel"].detach(), start.order)

    def _control(self, pid: int) -> None:
        """The client never sends more on this connection: it has closed it."""
        control = self._children[pid]
        with contextlib.suppress(OSError):
            control.recv(1)
        self._selector.unregister(control)
        _kill(pid)

    def _reap(self, _: Any) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakeup[0], 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            # Processes that it has started must not outlive it.
            _kill(pid)
            control = self._children.pop(pid, None)
            if control is None:
                continue
            code = os.waitstatus_to_exitcode(status)
            name = signal.Signals(-code).name if code < 0 else None
            _say(control, {"code": code if code >= 0 else None, "signal": name})
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(control)
            control.close()
            self._end_if_unused()

    def _end_if_unused(self) -> None:
        if self._retiring and not self._children:
            os._exit(0)

    def _told(self, _: Any) -> None:
        """The parent wants no more children, or is gone."""
        if os.read(sys.stdin.fileno(), 4096):
            self._retiring = True
            self._end_if_unused()
            return
        for pid in self._children:
            _kill(pid)
        os._exit(0)


def preload() -> int:
    """Imports what runs need. Returns the number of threads afterwards: forking requires exactly one."""
    for name in _PRELOADED:
        # Older versions lack some of them, and a run imports what it needs itself.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    # Objects that never change stay in memory pages that all children share.
    gc.freeze()
    return threading.active_count()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _say(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")
