import { launch, SupervisedProcess, type RunningProcess } from "@crewstream/cli";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";

/** Supervises `node -e SCRIPT`, whose first line of output means that it is ready. */
function supervise(script: string): { supervised: SupervisedProcess; said: string[]; fatal: number[]; pids: number[] } {
  const said: string[] = [];
  const fatal: number[] = [];
  const pids: number[] = [];
  const supervised = new SupervisedProcess({
    name: "it",
    say: (sentence) => said.push(sentence),
    restartDelaysMs: [5, 10, 20],
    fatalCodes: [78],
    onFatal: ({ code }) => fatal.push(code ?? -1),
    launch: async (onReady): Promise<RunningProcess> => {
      const running = await launch({
        command: process.execPath,
        args: ["-e", script],
        env: process.env,
        onLine: onReady,
      });
      pids.push(running.pid);
      return running;
    },
  });
  return { supervised, said, fatal, pids };
}

const serve = 'console.log("ready"); setInterval(() => undefined, 1000);';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("restarts what dies, with growing pauses, and reports how it died", async () => {
  const { supervised, said } = supervise('console.log("ready"); process.exit(3);');
  await supervised.start();
  await eventually(() => expect(said.length).toBeGreaterThanOrEqual(4));
  await supervised.stop(1000);
  expect(said.slice(0, 4)).toEqual([
    "it exited with code 3; restarting it in 5 ms",
    "it exited with code 3; restarting it in 10 ms",
    "it exited with code 3; restarting it in 20 ms",
    "it exited with code 3; restarting it in 20 ms",
  ]);
});

test("restarts after SIGKILL, and stays down after stop", async () => {
  const { supervised, said, pids } = supervise(serve);
  await supervised.start();
  process.kill(pids[0]!, "SIGKILL");
  await eventually(() => expect(pids).toHaveLength(2));
  await Promise.all([supervised.stop(5000), supervised.stop(5000)]);
  expect(said).toEqual(["it was killed by SIGKILL; restarting it in 5 ms"]);
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test("a fatal exit code is not retried", async () => {
  const { supervised, said, fatal, pids } = supervise("process.exit(78)");
  await expect(supervised.start()).rejects.toThrow("it exited with code 78");
  expect({ fatal, said, started: pids.length }).toEqual({ fatal: [78], said: [], started: 1 });
  await supervised.stop(1000);
});

test("what ignores SIGTERM is killed after its grace period, with a message", async () => {
  const { supervised, said, pids } = supervise(`process.on("SIGTERM", () => undefined); ${serve}`);
  await supervised.start();
  await supervised.stop(100);
  expect(said).toEqual(["it did not stop within 100 ms and was killed"]);
  expect(isAlive(pids[0]!)).toBe(false);
});

test("kill does not wait for a stop in progress", async () => {
  const { supervised, pids } = supervise(`process.on("SIGTERM", () => undefined); ${serve}`);
  await supervised.start();
  const stopped = supervised.stop(3_600_000);
  supervised.kill();
  await stopped;
  expect(isAlive(pids[0]!)).toBe(false);
});

test("a stop before it was ready ends the wait for it", async () => {
  const { supervised } = supervise("setInterval(() => undefined, 1000)");
  const started = supervised.start();
  started.catch(() => undefined);
  await supervised.stop(1000);
  await expect(started).rejects.toThrow("stopped before it was ready");
});

test("a command that does not exist is reported and retried", async () => {
  const said: string[] = [];
  const missing = { command: "/no/such/command", args: [], env: {}, onLine: () => undefined };
  const supervised = new SupervisedProcess({
    name: "it",
    say: (sentence) => said.push(sentence),
    restartDelaysMs: [1],
    launch: () => launch(missing),
  });
  supervised.start().catch(() => undefined);
  await eventually(() => expect(said.filter((each) => each.includes("ENOENT")).length).toBeGreaterThan(1));
  await supervised.stop(1000);
});
