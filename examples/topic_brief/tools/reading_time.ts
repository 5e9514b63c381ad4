import { defineTool } from "@crewstream/crew";
import { z } from "zod";

/** Words that an adult reads in a minute. */
const wordsPerMinute = 230;

export default defineTool({
  name: "reading_time",
  description: "Says how many minutes it takes to read a text.",
  input: z.object({ text: z.string().describe("The whole text") }),
  run: ({ text }) => {
    const words = text.split(/\s+/).filter(Boolean).length;
    return { words, minutes: Math.max(1, Math.round(words / wordsPerMinute)) };
  },
});
