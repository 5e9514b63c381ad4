import { eventType } from "./event-type.ts";
import { decimal, integer, maybeText, text } from "./fields.ts";

const checkpoint = { location: text, provider: text, trigger: maybeText, branch: maybeText, parent_id: maybeText };
const fork = { branch: text, parent_branch: maybeText, parent_checkpoint_id: maybeText };
const restore = { location: text, provider: maybeText };

const where = { location: "journal", provider: "journal" };
const written = { ...where, trigger: "task_completed", branch: "main", parent_id: null };
const forked = { branch: "try-2", parent_branch: "main", parent_checkpoint_id: "cp_3" };

export const checkpointEvents = {
  checkpoint_started: eventType("A checkpoint is about to be written.", checkpoint, written),
  checkpoint_completed: eventType(
    "A checkpoint was written.",
    { ...checkpoint, checkpoint_id: text, duration_ms: decimal },
    { ...written, checkpoint_id: "cp_4", duration_ms: 3.1 },
  ),
  checkpoint_failed: eventType(
    "A checkpoint could not be written; the run continues.",
    { ...checkpoint, error: text },
    { ...written, error: "No space left" },
  ),
  checkpoint_pruned: eventType(
    "Old checkpoints of a branch were removed.",
    { ...checkpoint, removed_count: integer, max_checkpoints: integer },
    { ...written, removed_count: 2, max_checkpoints: 10 },
  ),
  checkpoint_fork_started: eventType("A run is about to branch off at a checkpoint.", fork, forked),
  checkpoint_fork_completed: eventType("A run has branched off at a checkpoint.", fork, forked),
  checkpoint_restore_started: eventType("A run is about to be restored from a checkpoint.", restore, where),
  checkpoint_restore_completed: eventType(
    "A run was restored from a checkpoint.",
    { ...restore, checkpoint_id: text, branch: maybeText, parent_id: maybeText, duration_ms: decimal },
    { ...where, checkpoint_id: "cp_4", branch: "main", parent_id: "cp_3", duration_ms: 8.7 },
  ),
  checkpoint_restore_failed: eventType(
    "A run could not be restored from a checkpoint.",
    { ...restore, error: text },
    { ...where, error: "The checkpoint is of another version" },
  ),
};
