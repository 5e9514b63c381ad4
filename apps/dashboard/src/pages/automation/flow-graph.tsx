import type { FlowGraphView } from "@crewstream/contracts";
import type { ReactElement } from "react";
import "./flow-graph.css";

type Node = FlowGraphView["nodes"][number];

const box = { width: 160, height: 36, gapX: 28, gapY: 52, margin: 12 } as const;

/** A flow's methods, one layer per row, and what leads from one to another. */
export function FlowGraph({ graph: { nodes, edges } }: { graph: FlowGraphView }): ReactElement {
  const places = placesOf(nodes);
  const all = [...places.values()];
  const width = Math.max(...all.map(({ x }) => x + box.width)) + box.margin + 40;
  const height = Math.max(...all.map(({ y }) => y + box.height)) + box.margin;
  return (
    <div className="flow-graph" tabIndex={0} role="group" aria-label="Flow graph">
      <svg width={width} height={height} role="img" aria-label={inWords({ nodes, edges })}>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" className="tip" />
          </marker>
        </defs>
        {edges.map(({ from, to, label, joins }, index) => {
          const line = lineOf(places.get(from), places.get(to));
          return (
            line !== undefined && (
              <g key={index}>
                <path d={line.path} className={`edge ${joins ?? ""}`} markerEnd="url(#tip)" />
                {label !== null && (
                  <text x={line.x} y={line.y} className="label">
                    {label}
                  </text>
                )}
              </g>
            )
          );
        })}
        {nodes.map((node) => {
          const { x, y } = places.get(node.id) ?? { x: 0, y: 0 };
          return (
            <g key={node.id}>
              <title>{node.id}</title>
              <rect
                x={x}
                y={y}
                width={box.width}
                height={box.height}
                rx={8}
                className={node.human ? "human" : node.kind}
              />
              <text x={x + box.width / 2} y={y + box.height / 2 + 4}>
                {short(node.id)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** The graph for who cannot see it: `start: read; read leads to choose; …`. */
function inWords({ nodes, edges }: FlowGraphView): string {
  const starts = nodes.filter(({ kind }) => kind === "start").map(({ id }) => id);
  const steps = edges.map(({ from, to, label }) => `${from} leads to ${to}${label === null ? "" : ` by ${label}`}`);
  return [`Starts with ${starts.join(", ")}`, ...steps].join("; ");
}

function placesOf(nodes: readonly Node[]): Map<string, { x: number; y: number }> {
  const used = new Map<number, number>();
  return new Map(
    nodes.map(({ id, layer }) => {
      const column = used.get(layer) ?? 0;
      used.set(layer, column + 1);
      return [id, { x: box.margin + column * (box.width + box.gapX), y: box.margin + layer * (box.height + box.gapY) }];
    }),
  );
}

type Place = { x: number; y: number } | undefined;

/** A line from the bottom of one box to the top of the next; one that leads back up bends to the right. */
function lineOf(start: Place, end: Place): { path: string; x: number; y: number } | undefined {
  if (start === undefined || end === undefined) return undefined;
  const isBack = end.y <= start.y;
  const [x1, y1] = [start.x + box.width / 2, isBack ? start.y : start.y + box.height];
  const [x2, y2] = [end.x + box.width / 2, isBack ? end.y + box.height : end.y];
  const bend = isBack ? box.width * 0.8 : 0;
  const y = (y1 + y2) / 2;
  const path = `M${x1} ${y1}C${x1 + bend} ${y} ${x2 + bend} ${y} ${x2} ${y2}`;
  // Above the target: labels of one router would lie on one another in the middle of its lines.
  return isBack ? { path, x: (x1 + x2) / 2 + bend * 0.75, y } : { path, x: x2, y: y2 - 12 };
}

function short(name: string): string {
  return name.length <= 20 ? name : `${name.slice(0, 19)}…`;
}
