import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { TracingSettings } from "./tracing-settings.ts";

/** The sampler of `OTEL_TRACES_SAMPLER`. A parent-based one asks its root sampler only at the start of a trace. */
export function samplerOf({ sampler, ratio }: Pick<TracingSettings, "sampler" | "ratio">): Sampler {
  const root = rootOf(sampler, ratio);
  return sampler.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}

function rootOf(sampler: TracingSettings["sampler"], ratio: number): Sampler {
  if (sampler.endsWith("always_off")) return new AlwaysOffSampler();
  return sampler.endsWith("traceidratio") ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
