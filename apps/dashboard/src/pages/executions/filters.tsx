import { executionStates, parseExecutionId, statsRanges } from "@crewstream/contracts";
import { useEffect, useState, type ReactElement } from "react";
import { useAutomations } from "../../api/stats.ts";
import { executionWord } from "../../parts/badge.tsx";
import { isRange, rangeTexts } from "../../parts/range.tsx";
import { hrefTo, navigate, useQueryValue } from "../../routing/route.ts";

type Choice = readonly [value: string, text: string];

const rangeChoices: readonly Choice[] = [["", "Any time"], ...Object.entries(rangeTexts)];
const durationChoices: readonly Choice[] = [
  ["", "Any duration"],
  ["1000", "1 s or longer"],
  ["10000", "10 s or longer"],
  ["60000", "1 min or longer"],
  ["600000", "10 min or longer"],
];
const stateChoices: readonly Choice[] = [
  ["", "All states"],
  ...executionStates.map((state) => [state, executionWord(state)] as const),
];

/** The time at which a range such as `24h` begins, ISO 8601; undefined for none. */
export function sinceOf(range: string): string | undefined {
  return isRange(range) ? new Date(Date.now() - statsRanges[range].ms).toISOString() : undefined;
}

/** The filters of the list of executions, kept in the URL. */
export function Filters(): ReactElement {
  const [automation] = useQueryValue("automation");
  const automations = useAutomations();
  const names = automations.data?.items.map(({ name }) => name) ?? [];
  const all = new Set([...names, ...(automation === "" ? [] : [automation])]);
  return (
    <div className="filters">
      <Search />
      <Select name="state" label="State" choices={stateChoices} />
      <Select
        name="automation"
        label="Automation"
        choices={[["", "All automations"], ...[...all].map((name) => [name, name] as const)]}
      />
      <Select name="range" label="Time range" choices={rangeChoices} />
      <Select name="duration" label="Duration" choices={durationChoices} />
    </div>
  );
}

function Select({ name, label, choices }: { name: string; label: string; choices: readonly Choice[] }): ReactElement {
  const [value, setValue] = useQueryValue(name);
  return (
    <label>
      <span className="hidden-label">{label}</span>
      <select value={value} onChange={(event) => setValue(event.target.value)}>
        {choices.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const typingPauseMs = 300;

/** Searches while typing; Enter on a complete id of an execution or a delivery opens it. */
function Search(): ReactElement {
  const [search, setSearch] = useQueryValue("search");
  const [text, setText] = useState(search);
  useEffect(() => {
    if (text.trim() === search) return undefined;
    const timer = setTimeout(() => setSearch(text.trim()), typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  // The address may change by a link, such as the one that shows all.
  useEffect(() => setText((typed) => (typed.trim() === search ? typed : search)), [search]);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const wanted = text.trim();
        const id = parseExecutionId(wanted);
        if (id !== undefined) navigate(hrefTo(`/executions/${id}`));
        else if (wanted.startsWith("dlv_")) navigate(hrefTo(`/deliveries/${encodeURIComponent(wanted)}`));
        else setSearch(wanted);
      }}
    >
      <input
        type="search"
        aria-label="Search by id, inputs or error"
        placeholder="Search by id, inputs or error"
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
