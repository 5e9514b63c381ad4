import type { FlowEdge, FlowGraph, FlowNode } from "./flow-graph.ts";

const box = { width: 168, height: 44, gapX: 36, gapY: 64, margin: 24 };
const colors: Readonly<Record<FlowNode["kind"], string>> = { start: "#d8f0dd", listen: "#e7ecf5", router: "#fdeccb" };

/** Draws a flow's graph, one layer per row, as an SVG document without scripts. */
export function flowSvg(graph: FlowGraph): string {
  const places = placesOf(graph.nodes);
  const rows = Math.max(0, ...graph.nodes.map(({ layer }) => layer)) + 1;
  const columns = Math.max(1, ...[...places.values()].map(({ column }) => column + 1));
  const width = box.margin * 2 + columns * box.width + (columns - 1) * box.gapX;
  const height = box.margin * 2 + rows * box.height + (rows - 1) * box.gapY;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5a6478"/></marker></defs>',
    ...graph.edges.map((edge) => edgeSvg(edge, places)),
    ...graph.nodes.map((node) => nodeSvg(node, places)),
    "</svg>",
  ].join("\n");
}

interface NodePosition {
  column: number;
  x: number;
  y: number;
}

function placesOf(nodes: readonly FlowNode[]): Map<string, NodePosition> {
  const used = new Map<number, number>();
  return new Map(
    nodes.map(({ id, layer }) => {
      const column = used.get(layer) ?? 0;
      used.set(layer, column + 1);
      const x = box.margin + column * (box.width + box.gapX);
      return [id, { column, x, y: box.margin + layer * (box.height + box.gapY) }];
    }),
  );
}

function nodeSvg(node: FlowNode, places: ReadonlyMap<string, NodePosition>): string {
  const { x, y } = places.get(node.id) ?? { x: 0, y: 0 };
  const name = escaped(node.human ? `${node.id} (human)` : node.id);
  return `<g><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="8" fill="${colors[node.kind]}" stroke="#5a6478"/><text x="${x + box.width / 2}" y="${y + box.height / 2 + 4}" text-anchor="middle">${name}</text></g>`;
}

function edgeSvg({ from, to, label, joins }: FlowEdge, places: ReadonlyMap<string, NodePosition>): string {
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return "";
  const back = end.y <= start.y;
  const [x1, y1] = [start.x + box.width / 2, back ? start.y : start.y + box.height];
  const [x2, y2] = [end.x + box.width / 2, back ? end.y + box.height : end.y];
  const bend = back ? box.width * 0.8 : 0;
  const middle = { x: (x1 + x2) / 2 + bend * 0.75, y: (y1 + y2) / 2 };
  const path = `<path d="M${x1} ${y1}C${x1 + bend} ${middle.y} ${x2 + bend} ${middle.y} ${x2} ${y2}" fill="none" stroke="#5a6478"${joins === "or" ? ' stroke-dasharray="5 3"' : ""} marker-end="url(#tip)"/>`;
  if (label === null) return path;
  return `${path}<text x="${middle.x}" y="${middle.y}" text-anchor="middle" fill="#8a4b00">${escaped(label)}</text>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
