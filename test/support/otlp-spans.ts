/** A span as received by a collector. */
export interface CollectedSpan {
  service: string;
  scope: string;
  traceId: string;
  spanId: string;
  /** Empty for a trace's root. */
  parentSpanId: string;
  traceState: string;
  name: string;
  kind: "internal" | "server" | "client" | "producer" | "consumer" | "unspecified";
  startedAt: number;
  endedAt: number;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;

/** The spans of an `ExportTraceServiceRequest`, by the field numbers of opentelemetry-proto 1. */
export function decodeSpans(request: Buffer): CollectedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? Buffer.alloc(0), 1);
    return messages(resourceSpans, 2).flatMap((scopeSpans) => {
      const scope = text(messages(scopeSpans, 1)[0] ?? Buffer.alloc(0), 1);
      return messages(scopeSpans, 2).map((span) => decodeSpan(span, String(resource["service.name"]), scope));
    });
  });
}

function decodeSpan(span: Buffer, service: string, scope: string): CollectedSpan {
  const status = messages(span, 15)[0];
  return {
    service,
    scope,
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    traceState: text(span, 3),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: kinds[Number(numbers(span, 6)[0] ?? 0n)] ?? "unspecified",
    startedAt: Number(numbers(span, 7)[0]) / 1e6,
    endedAt: Number(numbers(span, 8)[0]) / 1e6,
    attributes: attributesOf(span, 9),
    links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    failed: status !== undefined && numbers(status, 3)[0] === 2n,
  };
}

function attributesOf(message: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(message, field).map((pair) => [text(pair, 1), anyValue(messages(pair, 2)[0] ?? Buffer.alloc(0))]),
  );
}

function anyValue(value: Buffer): unknown {
  for (const { number, value: content } of fields(value)) {
    if (number === 1) return content.toString();
    if (number === 2) return content === 1n;
    if (number === 3) return Number(content);
    if (number === 4 && typeof content === "bigint") {
      return Buffer.from(new BigUint64Array([content]).buffer).readDoubleLE();
    }
    if (number === 5 && typeof content !== "bigint") return messages(content, 1).map(anyValue);
  }
  return undefined;
}

interface Field {
  number: number;
  value: bigint | Buffer;
}

/** Protobuf's wire format: each field is a tag, then a varint, eight bytes, a length with bytes, or four bytes. */
function* fields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: message.readBigUInt64LE(at) };
        at += 8;
        break;
      case 2: {
        const end = Number(varint()) + at;
        yield { number, value: message.subarray(at, end) };
        at = end;
        break;
      }
      case 5:
        yield { number, value: BigInt(message.readUInt32LE(at)) };
        at += 4;
        break;
      default:
        throw new Error(`protobuf has no wire type ${tag & 7}`);
    }
  }
}

function messages(message: Buffer, number: number): Buffer[] {
  return [...fields(message)].flatMap((field) =>
    field.number === number && typeof field.value !== "bigint" ? [field.value] : [],
  );
}

function numbers(message: Buffer, number: number): bigint[] {
  return [...fields(message)].flatMap((field) =>
    field.number === number && typeof field.value === "bigint" ? [field.value] : [],
  );
}

function text(message: Buffer, number: number): string {
  return messages(message, number)[0]?.toString() ?? "";
}

function hex(message: Buffer, number: number): string {
  return messages(message, number)[0]?.toString("hex") ?? "";
}
