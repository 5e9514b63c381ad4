/** What a strand waits for: one piece of work to end, or parallel strands that must all have ended. */
export type Waits<Work extends object, Value> = Work | readonly Strand<Work, Value, unknown>[];

/**
 * A sequence of work, written as a generator: what it yields is awaited, and a piece of work returns its value. Unlike
 * an async function it continues within the call that delivers the value, so that the order of what follows depends
 * only on the order of these calls: a replay against the journal takes the same turns.
 */
export type Strand<Work extends object, Value, Result> = Generator<Waits<Work, Value>, Result, Value | undefined>;

interface Node<Work extends object, Value> {
  strand: Strand<Work, Value, unknown>;
  around: Node<Work, Value> | undefined;
  /** Strands that it waits for. */
  open: number;
}

/** Strands that are running. */
export class Strands<Work extends object, Value> {
  readonly #waiting = new Map<Work, Node<Work, Value>>();

  start(strand: Strand<Work, Value, unknown>): void {
    this.#advance({ strand, around: undefined, open: 0 });
  }

  /** Continues what waits for this work. */
  resume(work: Work, value: Value): void {
    const node = this.#take(work);
    if (node !== undefined) this.#advance(node, value);
  }

  /** Ends the strand that waits for this work; what waits for that strand continues. */
  drop(work: Work): void {
    const around = this.#take(work)?.around;
    if (around !== undefined && hasOpened(around)) this.#advance(around);
  }

  #take(work: Work): Node<Work, Value> | undefined {
    const node = this.#waiting.get(work);
    this.#waiting.delete(work);
    return node;
  }

  /** Without recursion from a strand to its parent: a flow may loop a million times. */
  #advance(first: Node<Work, Value>, given?: Value): void {
    let node = first;
    let value = given;
    for (;;) {
      const { done, value: awaited } = node.strand.next(value);
      value = undefined;
      if (done === true) {
        const { around } = node;
        if (around === undefined || !hasOpened(around)) return;
        node = around;
      } else if (!isStrands<Work, Value>(awaited)) {
        this.#waiting.set(awaited, node);
        return;
      } else if (awaited.length > 0) {
        node.open = awaited.length;
        for (const strand of awaited) this.#advance({ strand, around: node, open: 0 });
        return;
      }
    }
  }
}

/** Counts the end of one of the strands that a node waits for; returns whether it was the last. */
function hasOpened(node: { open: number }): boolean {
  node.open -= 1;
  return node.open === 0;
}

function isStrands<Work extends object, Value>(
  awaited: Waits<Work, Value>,
): awaited is readonly Strand<Work, Value, unknown>[] {
  return Array.isArray(awaited);
}
