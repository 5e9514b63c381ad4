import { defineFlow } from "@crewstream/crew";
import { z } from "zod";

interface Commit {
  hash: string;
  type: string;
  scope: string;
  subject: string;
  breaking: string | null;
}

const headings: Readonly<Record<string, string>> = {
  feat: "Features",
  fix: "Fixes",
  perf: "Performance",
  revert: "Reverts",
  docs: "Documentation",
  refactor: "Internal changes",
  test: "Internal changes",
  build: "Internal changes",
  ci: "Internal changes",
  chore: "Internal changes",
  style: "Internal changes",
};

const sections = ["Features", "Fixes", "Performance", "Reverts", "Documentation", "Other changes", "Internal changes"];

/** Turns the text of `git log` (the default form, or `--oneline`) into grouped release notes. Needs no model. */
export default defineFlow(
  {
    name: "release_notes",
    description: "Groups the commits of a git log into release notes, breaking changes first.",
    state: z.object({
      git_log: z.string().default("").describe("The output of git log, or of git log --oneline"),
      version: z.string().default("Unreleased").describe("Heading of the notes"),
    }),
  },
  (flow) =>
    flow
      .start("read_log", ({ state }) => parseLog(state.git_log))
      .router("choose", "read_log", (_, commits) => {
        if (commits.length === 0) return "nothing_to_tell";
        return commits.some((commit) => commit.breaking !== null) ? "breaking_release" : "plain_release";
      })
      .listen("warn", "breaking_release", ({ emit, state }, commits) => {
        const breaking = asCommits(commits).filter((commit) => commit.breaking !== null);
        emit("breaking_changes_found", { version: state.version, count: breaking.length });
        const lines = breaking.map((commit) => `- ${line(commit)}${detail(commit)}`);
        return notes(state.version, ["### Breaking changes", "", ...lines, "", ...grouped(asCommits(commits))]);
      })
      .listen("write", "plain_release", ({ state }, commits) => notes(state.version, grouped(asCommits(commits))))
      .listen("apologise", "nothing_to_tell", ({ state }) => notes(state.version, ["No changes."])),
);

/** Commits of a log, newest first as git prints them. Lines that belong to no commit are skipped. */
function parseLog(log: string): Commit[] {
  const full = /^commit ([0-9a-f]{7,64})/m.test(log);
  if (!full) {
    return log
      .split("\n")
      .map((text) => /^([0-9a-f]{7,64})\s+(?:\([^)]*\)\s+)?(.+)$/.exec(text.trim()))
      .filter((match) => match !== null)
      .map((match) => toCommit(match[1] ?? "", match[2] ?? "", ""));
  }
  return log
    .split(/^(?=commit [0-9a-f]{7,64})/m)
    .map((entry) => {
      const hash = /^commit ([0-9a-f]+)/.exec(entry)?.[1];
      const message = entry
        .split("\n")
        .filter((text) => text.startsWith("    "))
        .map((text) => text.slice(4));
      const subject = message.find((text) => text.trim() !== "");
      return hash === undefined || subject === undefined ? undefined : toCommit(hash, subject, message.join("\n"));
    })
    .filter((commit) => commit !== undefined);
}

/** A conventional commit's parts (`type(scope)!: subject`); any other subject is of type "other". */
function toCommit(hash: string, subject: string, message: string): Commit {
  const match = /^([a-z]+)(?:\(([^)]+)\))?(!)?:\s+(.+)$/i.exec(subject);
  const footer = /(?:^|\n)BREAKING[ -]CHANGE:\s*([\s\S]+?)(?:\n\s*\n|$)/
    .exec(message)?.[1]
    ?.replace(/\s+/g, " ")
    .trim();
  return {
    hash: hash.slice(0, 7),
    type: match?.[1]?.toLowerCase() ?? "other",
    scope: match?.[2] ?? "",
    subject: (match?.[4] ?? subject).trim(),
    breaking: footer ?? (match?.[3] === "!" ? "" : null),
  };
}

function grouped(commits: readonly Commit[]): string[] {
  return sections.flatMap((section) => {
    const inside = commits.filter((commit) => (headings[commit.type] ?? "Other changes") === section);
    if (inside.length === 0) return [];
    return [`### ${section}`, "", inside.map((commit) => `- ${line(commit)}`).join("\n"), ""];
  });
}

function line({ scope, subject, hash }: Commit): string {
  return `${scope === "" ? "" : `**${scope}:** `}${subject} (${hash})`;
}

function detail({ breaking }: Commit): string {
  return breaking === null || breaking === "" ? "" : `\n  ${breaking}`;
}

function notes(version: string, lines: readonly string[]): string {
  return [`## ${version}`, "", ...lines].join("\n").trimEnd();
}

/** A label's listener gets the router's input; its type cannot be derived from the label. */
function asCommits(value: unknown): Commit[] {
  return value as Commit[];
}
