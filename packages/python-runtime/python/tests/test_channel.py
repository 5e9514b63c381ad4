import json
import os
import threading

import pytest

from crewstream.channel import Channel, Message, Refused, TooLong, encode


def test_lines_of_any_size_and_calls_from_several_threads() -> None:
    down, to_child = os.pipe()
    from_child, up = os.pipe()
    channel = Channel(up, down)
    got: list[str] = []
    done = threading.Event()

    def hear(message: Message) -> None:
        got.append(message["text"])
        done.set()

    channel.on("say", hear)
    channel.start()
    long = "é\u2028" * 200_000

    def answer() -> None:
        os.write(to_child, b'{"t":"say","text":"a\xe2\x80\xa8b"}\n')
        reader = os.fdopen(from_child, "rb")
        for line in reader:
            call = json.loads(line)
            value = call["call"]["path"]
            kind = "refused" if value == "no" else "returned"
            answer = {"t": kind, "id": call["id"], "value": value, **({"error": "not that"} if value == "no" else {})}
            data = encode(answer)
            while data:
                data = data[os.write(to_child, data) :]

    threading.Thread(target=answer, daemon=True).start()
    results: dict[str, str] = {}
    paths = [long, *(str(number) for number in range(20))]
    threads = [
        threading.Thread(target=lambda path=path: results.update({path: channel.call("x", path=path)}))
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[path] == path for path in paths)
    with pytest.raises(Refused, match="not that"):
        channel.call("x", path="no")
    done.wait()
    assert got == ["a\u2028b"]


def test_a_lone_surrogate_and_a_line_that_is_too_long() -> None:
    assert encode({"a": "x\ud800y"}) == b'{"a":"x?y"}\n'
    with pytest.raises(TooLong):
        Channel(1, 0).send_line(b"x" * (33 * 1024 * 1024))
