import json
import re

from crewai.tools import BaseTool
from pydantic import BaseModel, Field

STATES = {
    "finished": r"\b(done|finished|shipped|merged)\b",
    "blocked": r"\b(waits?|waiting|blocked)\b",
}


class Notes(BaseModel):
    notes: str = Field(description="The notes, separated by semicolons or line breaks")


class NotesByState(BaseTool):
    name: str = "notes_by_state"
    description: str = "Sorts a team's notes into finished, in_work and blocked."
    args_schema: type[BaseModel] = Notes

    def _run(self, notes: str) -> str:
        sorted_notes: dict[str, list[str]] = {"finished": [], "in_work": [], "blocked": []}
        for note in filter(None, (part.strip() for part in re.split(r"[;\n]", notes))):
            half = re.search(r"\bhalf\b", note)
            found = (state for state, words in STATES.items() if re.search(words, note, re.IGNORECASE))
            sorted_notes["in_work" if half else next(found, "in_work")].append(note)
        return json.dumps(sorted_notes)
