"""The pipes to the crew worker: one JSON object per line, UTF-8, one descriptor for each direction."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]

#: The worker rejects longer lines: it would have to hold them in memory.
MAX_LINE_BYTES = 32 * 1024 * 1024


class Refused(Exception):
    """The worker rejected a request."""


class TooLong(Exception):
    """A message that exceeds the maximum line length."""


class Channel:
    """Sends messages, and makes requests to the worker. Safe to use from any thread."""

    def __init__(self, up: int, down: int) -> None:
        self._up = up
        self._down = down
        self._writing = threading.Lock()
        self._calls: dict[int, _Call] = {}
        self._last_call = 0
        self._handlers: dict[str, Callable[[Message], None]] = {}

    def on(self, kind: str, handler: Callable[[Message], None]) -> None:
        """Calls `handler` on the reading thread for each message of a kind."""
        self._handlers[kind] = handler

    def send(self, message: Message) -> None:
        """Writes a message; blocks while the worker does not read, which slows a run down (backpressure)."""
        self.send_line(encode(message))

    def send_line(self, line: bytes) -> None:
        """Writes a line made by `encode`."""
        if len(line) > MAX_LINE_BYTES:
            raise TooLong(f"{len(line)} bytes are more than {MAX_LINE_BYTES}")
        with self._writing:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._up, rest) :]

    def call(self, kind: str, **fields: Any) -> Any:
        """Makes a request to the worker and waits for its response. Raises Refused."""
        waiting = _Call()
        with self._writing:
            self._last_call += 1
            number = self._last_call
            self._calls[number] = waiting
        try:
            self.send({"t": "call", "id": number, "call": {"kind": kind, **fields}})
            waiting.done.wait()
        finally:
            del self._calls[number]
        if waiting.error is not None:
            raise Refused(waiting.error)
        return waiting.value

    def start(self) -> None:
        """Starts reading on a separate thread."""
        threading.Thread(target=self._read, name="crewstream-channel", daemon=True).start()

    def _read(self) -> None:
        line: list[bytes] = []
        while True:
            try:
                chunk = os.read(self._down, 65536)
            except OSError:
                chunk = b""
            if not chunk:
                end_group()
            while (end := chunk.find(b"\n")) >= 0:
                line.append(chunk[:end])
                self._receive(json.loads(b"".join(line)))
                line, chunk = [], chunk[end + 1 :]
            line.append(chunk)

    def _receive(self, message: Message) -> None:
        if message["t"] in ("returned", "refused"):
            waiting = self._calls.get(message["id"])
            if waiting is not None:
                waiting.value, waiting.error = message.get("value"), message.get("error")
                waiting.done.set()
        elif (handler := self._handlers.get(message["t"])) is not None:
            handler(message)


class _Call:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.value: Any = None
        self.error: str | None = None


def encode(message: Message) -> bytes:
    """A message as its line. Characters that UTF-8 cannot encode (lone surrogates) become `?`."""
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace") + b"\n"


def end_group() -> None:
    """Ends this process and everything it has started, immediately: nothing reads their output any more."""
    try:
        # Only a process group of its own: if started by hand, the group is the shell's.
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(75)
