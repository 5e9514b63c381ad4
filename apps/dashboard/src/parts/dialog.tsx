import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactElement, ReactNode } from "react";

/** A confirmation or form above the page. It traps the focus, Escape closes it, and the focus then returns. */
export function Dialog({
  open,
  onClose,
  title,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
}): ReactElement {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog">
          <Base.Title>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The buttons below a dialog: the one that does nothing, then those that act. */
export function DialogActions({
  onClose,
  cancel = "Cancel",
  children,
}: {
  onClose: () => void;
  cancel?: string | undefined;
  children: ReactNode;
}): ReactElement {
  return (
    <div className="actions">
      <button type="button" className="button" onClick={onClose}>
        {cancel}
      </button>
      {children}
    </div>
  );
}

/** Asks for confirmation of an irreversible action. */
export function Confirm({
  open,
  onClose,
  title,
  children,
  action,
  onConfirm,
  cancel,
  busy = false,
  danger = false,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  action: string;
  onConfirm: () => void;
  /** The button that does nothing. */
  cancel?: string;
  busy?: boolean;
  danger?: boolean;
}): ReactElement {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <div>{children}</div>
      <DialogActions onClose={onClose} cancel={cancel}>
        <button type="button" className={`button ${danger ? "danger" : "primary"}`} disabled={busy} onClick={onConfirm}>
          {action}
        </button>
      </DialogActions>
    </Dialog>
  );
}
