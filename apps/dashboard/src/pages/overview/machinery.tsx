import type { Stats } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { count } from "../../format/number.ts";
import { Badge } from "../../parts/badge.tsx";
import { Card } from "../../parts/page.tsx";
import { Table, type Column } from "../../parts/table.tsx";
import { Moment } from "../../parts/time.tsx";

type Process = Stats["processes"][number];

const kinds = { api: "API", crew: "Crew worker", delivery: "Delivery worker" } as const;

const processColumns: readonly Column<Process>[] = [
  {
    name: "Process",
    width: "minmax(116px, 1fr)",
    kind: "wide",
    cell: ({ kind }) => <strong>{kinds[kind]}</strong>,
  },
  {
    name: "Host",
    width: "minmax(0, 1fr)",
    cell: ({ host, pid }) => (
      <div className="cut muted" title={`${host}, process ${pid}`}>
        {host} · {pid}
      </div>
    ),
  },
  { name: "Started", width: "90px", kind: "right", cell: ({ started_at }) => <Moment at={started_at} /> },
  { name: "State", width: "64px", cell: () => <Badge mood="good">Alive</Badge> },
];

type QueueFamily = Stats["queues"][number] & { parts: number };

const columns: readonly Column<QueueFamily>[] = [
  {
    name: "Queue",
    width: "minmax(0, 1fr)",
    kind: "wide",
    cell: ({ queue, parts }) => (
      <>
        {queue} {parts > 1 && <span className="muted small">in {parts} partitions</span>}
      </>
    ),
  },
  { name: "Waiting", width: "80px", kind: "right", label: "waiting", cell: ({ waiting }) => count(waiting) },
  { name: "Delayed", width: "80px", kind: "right", label: "delayed", cell: ({ delayed }) => count(delayed) },
  { name: "Active", width: "80px", kind: "right", label: "active", cell: ({ active }) => count(active) },
];

/** Live processes, and the length of the queues between them. */
export function Machinery({ stats }: { stats: Stats }): ReactElement {
  return (
    <div className="columns">
      <Card title="Processes" aside={summary(stats.processes)}>
        <Table label="Processes" columns={processColumns} items={stats.processes} keyOf={({ id, kind }) => kind + id} />
      </Card>
      <Card title="Queues" aside="jobs between the processes">
        <Table label="Queues" columns={columns} items={families(stats.queues)} keyOf={({ queue }) => queue} />
      </Card>
    </div>
  );
}

function summary(processes: readonly Process[]): string {
  const number = (kind: Process["kind"]): number => processes.filter((each) => each.kind === kind).length;
  return `${number("api")} API, ${number("crew")} crew, ${number("delivery")} delivery`;
}

/** Partitions of a queue (`feeds-0`, `feeds-1`) added up. */
function families(queues: Stats["queues"]): QueueFamily[] {
  const found = new Map<string, QueueFamily>();
  for (const each of queues) {
    const queue = each.queue.replace(/-\d+$/, "");
    const before = found.get(queue) ?? { queue, waiting: 0, delayed: 0, active: 0, parts: 0 };
    found.set(queue, {
      queue,
      waiting: before.waiting + each.waiting,
      delayed: before.delayed + each.delayed,
      active: before.active + each.active,
      parts: before.parts + 1,
    });
  }
  return [...found.values()];
}
