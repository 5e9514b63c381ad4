import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RedisOptions } from "ioredis";

const run = promisify(execFile);

/** The name in the servers' certificate, which contains no address: only a client that knows it can trust them. */
const servername = "redis.crewstream.test";
const admin = "admin-password";
const user = { name: "crewstream", password: "user-password" };
const sentinel = "sentinel-password";
/** As docs/operations.md advises: no administration, except what clients read. */
const userRules = "+@all -@admin -@dangerous +info +role +cluster|slots";

/**
 * What servers, Sentinels and clients need for passwords, an ACL user and TLS, with certificates of both sides, under
 * the test's own authority.
 */
export class RedisAccess implements AsyncDisposable {
  readonly #dir: string;
  readonly #pem: { ca: Buffer; cert: Buffer; key: Buffer };

  private constructor(dir: string, pem: { ca: Buffer; cert: Buffer; key: Buffer }) {
    this.#dir = dir;
    this.#pem = pem;
  }

  static async make(): Promise<RedisAccess> {
    const dir = await mkdtemp(join(tmpdir(), "crewstream-tls-"));
    const openssl = (...args: string[]) => run("openssl", args, { cwd: dir });
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    await openssl("req", "-x509", ...made, "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt");
    const issued = ["-CA", "ca.crt", "-CAkey", "ca.key", "-keyout", "tls.key", "-out", "tls.crt"];
    const names = ["-subj", `/CN=${servername}`, "-addext", `subjectAltName=DNS:${servername}`];
    await openssl("req", "-x509", ...made, ...names, ...issued);
    const read = (name: string) => readFile(join(dir, name));
    const [ca, cert, key] = await Promise.all([read("ca.crt"), read("tls.crt"), read("tls.key")]);
    return new RedisAccess(dir, { ca, cert, key });
  }

  /** All passwords, to check that none is shown. */
  get passwords(): string[] {
    return [admin, user.password, sentinel];
  }

  /** Environment variables with which a process can log in. */
  get env() {
    return {
      REDIS_USERNAME: user.name,
      REDIS_PASSWORD: user.password,
      REDIS_TLS: "true",
      REDIS_TLS_CA_FILE: join(this.#dir, "ca.crt"),
      REDIS_TLS_CERT_FILE: join(this.#dir, "tls.crt"),
      REDIS_TLS_KEY_FILE: join(this.#dir, "tls.key"),
      REDIS_TLS_SERVERNAME: servername,
    };
  }

  get sentinelEnv() {
    return { ...this.env, REDIS_SENTINEL_PASSWORD: sentinel };
  }

  /** How the test itself logs in; `sentinel` to a Sentinel. */
  client(to: "server" | "sentinel" = "server"): Pick<RedisOptions, "password" | "tls"> {
    return { password: to === "server" ? admin : sentinel, tls: { ...this.#pem, servername } };
  }

  /** Directives of a server that listens on `port` with TLS only. */
  server(port: number) {
    return {
      ...this.#tls(port),
      requirepass: admin,
      masterauth: admin,
      user: `${user.name} on >${user.password} ~* &* ${userRules}`,
    };
  }

  /** Directives of a Sentinel that listens on `port` with TLS only. */
  sentinel(port: number): Record<string, string> {
    return { ...this.#tls(port), requirepass: sentinel };
  }

  /** A Sentinel's directives for the servers that it watches. */
  get sentinelSays(): string {
    return admin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  #tls(port: number) {
    return {
      port: "0",
      "tls-port": String(port),
      "tls-ca-cert-file": join(this.#dir, "ca.crt"),
      "tls-cert-file": join(this.#dir, "tls.crt"),
      "tls-key-file": join(this.#dir, "tls.key"),
      "tls-auth-clients": "yes",
      "tls-replication": "yes",
    };
  }
}
