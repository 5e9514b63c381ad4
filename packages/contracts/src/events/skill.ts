import { eventType } from "./event-type.ts";
import { integer, maybeText, optionalInteger, optionalText, text, texts } from "./fields.ts";

const skill = { skill_name: optionalText, skill_path: maybeText };
const disclosure_level = optionalInteger.describe(
  "How much of it is in the prompt: 1 its summary, 2 its instructions.",
);
const registry = { ...skill, registry_ref: text, version: maybeText };

const which = { skill_name: "changelog", skill_path: "skills/changelog" };
const download = { skill_name: "changelog", skill_path: null, registry_ref: "acme/changelog", version: "1.2.0" };

export const skillEvents = {
  skill_discovery_started: eventType(
    "A folder is searched for skills.",
    { ...skill, search_path: text },
    { search_path: "skills" },
  ),
  skill_discovery_completed: eventType(
    "A folder was searched for skills.",
    { ...skill, search_path: text, skills_found: integer, skill_names: texts },
    { search_path: "skills", skills_found: 1, skill_names: ["changelog"] },
  ),
  skill_loaded: eventType(
    "A skill's summary was read.",
    { ...skill, disclosure_level },
    { ...which, disclosure_level: 1 },
  ),
  skill_activated: eventType(
    "A skill's instructions were added for an agent.",
    { ...skill, disclosure_level },
    { ...which, disclosure_level: 2 },
  ),
  skill_load_failed: eventType(
    "A skill could not be read.",
    { ...skill, error: text },
    { ...which, error: "SKILL.md has no name" },
  ),
  skill_used: eventType(
    "An agent used a skill in a task.",
    { ...skill, disclosure_level },
    { ...which, disclosure_level: 2 },
  ),
  skill_download_started: eventType("A skill is fetched from a registry.", registry, download),
  skill_download_completed: eventType(
    "A skill was fetched from a registry.",
    { ...registry, cache_path: maybeText },
    { ...download, cache_path: "skills/.cache/changelog" },
  ),
};
