import { connect } from "node:net";

export interface RedisAddress {
  port: number;
  password: string;
}

/**
 * Whether a Redis on this machine accepts this password and answers PING, over a plain socket.
 * False if the connection is refused, the password wrong, Redis is loading or silent for `timeoutMs`, or it is not Redis.
 */
export function answersPing({ port, password }: RedisAddress, timeoutMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    let received = "";
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
    socket.once("connect", () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received.includes("+PONG")) settle(true);
      else if (received.includes("-")) settle(false);
    });
  });
}
