import { expect, test } from "vitest";
import { tracebackOrigin } from "./traceback.ts";

const traceback = `Traceback (most recent call last):
  File "/srv/automations/plan/src/plan/flow.py", line 6, in outer
    inner()
  File "/srv/automations/plan/src/plan/tools.py", line 3, in inner
    return json.loads(text, key="s3cret-value")
           ^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
               ^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/automations/plan/.venv/lib/python3.11/site-packages/crewai/flow/flow.py", line 900, in run
    await method()
  File "/srv/automations/plan/src/plan/flow.py", line 8, in outer
    raise RuntimeError("could not read") from error
RuntimeError: could not read
`;
const origin = (text: string, root = "/srv/automations/plan") =>
  tracebackOrigin(text, { root, removeSecrets: (shown) => shown.replaceAll("s3cret-value", "[secret]") });

test("the location is where the root cause occurred in the project's own code", () => {
  expect(origin(traceback).location).toBe("src/plan/tools.py:3");
});

test("the stack has the project's frames, the innermost frame and the errors, without secrets and others' paths", () => {
  expect(origin(traceback).stack.split("\n")).toEqual([
    "Traceback (most recent call last):",
    '  File "src/plan/flow.py", line 6, in outer',
    "    inner()",
    '  File "src/plan/tools.py", line 3, in inner',
    '    return json.loads(text, key="[secret]")',
    '  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode',
    "    obj, end = self.scan_once(s, idx)",
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)",
    "",
    "The above exception was the direct cause of the following exception:",
    "",
    "Traceback (most recent call last):",
    '  File "src/plan/flow.py", line 8, in outer',
    '    raise RuntimeError("could not read") from error',
    "RuntimeError: could not read",
  ]);
});

test("there is no location if the project's code is not involved, or if there is no traceback", () => {
  expect(origin(traceback, "/srv/automations/other").location).toBeUndefined();
  expect(origin("")).toMatchObject({ location: undefined, stack: "" });
});
