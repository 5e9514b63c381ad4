import { defineCrew, defineTool } from "@crewstream/crew";
import { z } from "zod";

/** What the researcher can look up: a small collection of facts that needs no network. */
const facts: readonly { topic: string; text: string }[] = [
  {
    topic: "webhooks idempotency duplicate delivery",
    text: "A webhook sender that retries delivers at least once. Receivers keep the ids they have seen and ignore a second one.",
  },
  {
    topic: "webhooks signature security hmac",
    text: "Standard Webhooks signs id, timestamp and body with HMAC-SHA256; a receiver also rejects timestamps that are minutes old.",
  },
  {
    topic: "webhooks retry backoff outage",
    text: "Retries spread over hours with growing delays and jitter bridge an outage without a storm when the receiver is back.",
  },
  {
    topic: "redis streams events log",
    text: "A Redis stream keeps entries in order under growing ids, so a reader can go on after the last entry it has handled.",
  },
  {
    topic: "queues workers scaling concurrency",
    text: "Workers that take jobs from one queue scale by adding processes; a lease with a fencing token keeps a late one from writing.",
  },
  {
    topic: "ai agents tools planning crews",
    text: "An agent alternates between a model's answer and the tools it asks for. A crew hands the output of one task to the next.",
  },
  {
    topic: "ai agents durability replay journal",
    text: "If every model answer and tool result is journaled, a run that was interrupted is repeated up to that point without a new call.",
  },
  {
    topic: "typescript node types runtime",
    text: "Node runs TypeScript directly by stripping the types, as long as the code uses only syntax that can be erased.",
  },
];

const searchFacts = defineTool({
  name: "search_facts",
  description: "Searches a small collection of facts about webhooks, queues, AI agents and TypeScript.",
  input: z.object({
    query: z.string().min(1).describe("Words to look for"),
    limit: z.number().int().min(1).max(5).default(3).describe("How many facts at most"),
  }),
  run({ query, limit }, { emit }) {
    const words = query.toLowerCase().match(/[a-z]{3,}/g) ?? [];
    const found = facts
      .map((fact) => ({
        fact,
        score: words.filter((word) => `${fact.topic} ${fact.text}`.toLowerCase().includes(word)).length,
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ fact }) => fact.text);
    emit("facts_found", { query, count: found.length });
    return found.length > 0 ? found.map((text) => `- ${text}`).join("\n") : "No fact matches these words.";
  },
});

export default defineCrew({
  name: "research_crew",
  description: "Looks a topic up in a small collection of facts and writes a short briefing about it.",
  agents: {
    researcher: {
      role: "Researcher for {topic}",
      goal: "Find what is known about {topic} and keep to it",
      backstory: "You look things up before you speak, and you say so when you found nothing.",
      tools: [searchFacts],
    },
    writer: {
      role: "Writer",
      goal: "Explain {topic} in plain words",
      backstory: "You write for people who have two minutes.",
    },
  },
  tasks: [
    {
      name: "research",
      description: "Collect facts about {topic} with the search tool.",
      expectedOutput: "A list of facts, one a line",
      agent: "researcher",
    },
    {
      name: "briefing",
      description: "Write a short briefing about {topic} from the collected facts.",
      expectedOutput: "Two or three paragraphs in Markdown",
      agent: "writer",
    },
  ],
});
