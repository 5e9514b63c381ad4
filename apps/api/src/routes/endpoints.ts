import {
  AppError,
  endpointDetailSchema,
  endpointOrigin,
  endpointSchema,
  endpointsPageSchema,
  ErrorCode,
  pageQuerySchema,
  problemSchema,
  type Endpoint,
} from "@crewstream/contracts";
import { expediteEndpoint } from "@crewstream/delivery";
import {
  addExpediteRequest,
  countDeliveries,
  endpointUsedAt,
  setEndpointPaused,
  listEndpoints,
  readBreaker,
  readInFlight,
  readTallies,
  type Store,
} from "@crewstream/redis";
import { logFailure } from "@crewstream/service";
import type { Request, RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { decodeCursor, encodeCursor, positionSchema } from "../lists/cursor.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { endpointHealth } from "../views/endpoint-health.ts";
import { minuteView, sumTallies, tallyView } from "../views/tally.ts";
import { isoTime } from "../views/time.ts";
import { textParam } from "./params.ts";

const tag = "Endpoints";
const unknown = { description: "No webhook was ever sent there", schema: problemSchema };
const recentMinutes = 15;
const shownMinutes = 60;

const list: Operation = {
  method: "get",
  path: "/endpoints",
  tag,
  summary: "Lists endpoints, most recently used first",
  scopes: ["read"],
  query: pageQuerySchema,
  answers: { 200: { description: "A page", schema: endpointsPageSchema } },
  handle: (context) => async (request, response) => {
    const { limit, cursor } = parseInput(pageQuerySchema, request.query);
    const page = await listEndpoints(context.store, { before: decodeCursor(positionSchema, cursor), limit });
    const last = page.at(-1);
    const items = await Promise.all(page.map(({ id, at }) => readEndpoint(context.store, id, at)));
    response.json({
      items: items.filter((item) => item !== undefined),
      next_cursor: page.length < limit || last === undefined ? null : encodeCursor(last),
    });
  },
};

const get: Operation = {
  method: "get",
  path: "/endpoints/:id",
  tag,
  summary: "Shows an endpoint with its last hour",
  scopes: ["read"],
  answers: { 200: { description: "The endpoint", schema: endpointDetailSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const endpoint = await findEndpoint(context.store, request);
    const minutes = await readTallies(context.store, { endpoint: endpoint.id, minutes: shownMinutes, now: Date.now() });
    response.json({ ...endpoint, minutes: minutes.map(minuteView) });
  },
};

/** Pauses or resumes an endpoint. */
function setPaused(paused: boolean): (context: ApiContext) => RequestHandler {
  return ({ store, queues, log }) =>
    async (request, response) => {
      const { id } = await findEndpoint(store, request);
      // Stored before anything is promised: an outage that begins after the response only delays it.
      const expedite = paused ? undefined : await addExpediteRequest(store, id);
      await setEndpointPaused(store, id, paused);
      response.json(await findEndpoint(store, request));
      if (expedite === undefined) return;
      // As when its breaker closes by itself; the response need not wait for it.
      expediteEndpoint({ store, queues, log }, id, expedite).catch((error: unknown) => {
        logFailure(log, "endpoint.expedite_failed", { level: "warn", fields: { err: error, endpoint: id } });
      });
    };
}

const pause: Operation = {
  method: "post",
  path: "/endpoints/:id/pause",
  tag,
  summary: "Stops all deliveries to an endpoint until it is resumed",
  description: "Events wait in their streams; requests in flight are completed.",
  scopes: ["admin"],
  answers: { 200: { description: "The endpoint", schema: endpointSchema }, 404: unknown },
  handle: setPaused(true),
};

const resume: Operation = {
  method: "post",
  path: "/endpoints/:id/resume",
  tag,
  summary: "Resumes deliveries to an endpoint, even if its breaker is open or it asked to wait",
  description: "Feeds and retries that wait for it are woken; deliveries that failed because of it are retried now.",
  scopes: ["admin"],
  answers: { 200: { description: "The endpoint", schema: endpointSchema }, 404: unknown },
  handle: setPaused(false),
};

async function findEndpoint(store: Store, request: Request): Promise<Endpoint> {
  const id = textParam(request, "id");
  const usedAt = endpointOrigin(id) === undefined ? undefined : await endpointUsedAt(store, id);
  const endpoint = usedAt === undefined ? undefined : await readEndpoint(store, id, usedAt);
  if (endpoint === undefined) {
    throw new AppError("There is no such endpoint: no webhook was ever sent there.", { code: ErrorCode.notFound });
  }
  return endpoint;
}

async function readEndpoint(store: Store, id: string, usedAt: number): Promise<Endpoint | undefined> {
  const origin = endpointOrigin(id);
  if (origin === undefined) return undefined;
  const now = Date.now();
  const [breaker, inFlight, retrying, dead, minutes] = await Promise.all([
    readBreaker(store, id),
    readInFlight(store, id, now),
    countDeliveries(store, "retrying", id),
    countDeliveries(store, "dead", id),
    readTallies(store, { endpoint: id, minutes: recentMinutes, now }),
  ]);
  const recent = sumTallies(minutes, recentMinutes);
  return {
    id,
    origin,
    used_at: isoTime(usedAt),
    health: endpointHealth(breaker, recent, { usedAt, now }),
    refusal: breaker.refusal ?? null,
    paused: breaker.paused,
    breaker: {
      state: breaker.state,
      reason: breaker.reason ?? null,
      opened_at: isoTime(breaker.openedAt),
      next_probe_at: isoTime(breaker.nextProbeAt),
      wait_until: isoTime(breaker.pauseUntil),
      failed_probes: breaker.trips,
    },
    in_flight: inFlight,
    retrying,
    dead,
    recent: tallyView(recent),
  };
}

/** Endpoints under `/api/v1`. */
export const endpointOperations: readonly Operation[] = [list, get, pause, resume];
