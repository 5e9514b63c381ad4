import { Toast } from "@base-ui/react/toast";
import type { ReactElement } from "react";
import { Icon } from "./icon.tsx";

const manager = Toast.createToastManager();

/** Confirms an action in a corner, also to screen readers. */
export function say(title: string, description?: string): void {
  manager.add({ title, type: "good", timeout: 6000, ...(description === undefined ? {} : { description }) });
}

/** Reports what failed, and why. */
export function sayFailure(title: string, error: unknown): void {
  const description = error instanceof Error ? error.message : String(error);
  manager.add({ title, description, type: "bad", timeout: 12_000, priority: "high" });
}

export function Toasts(): ReactElement {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList(): ReactElement[] {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast">
      <div>
        <Toast.Title render={<strong />} />
        <Toast.Description className="muted small" />
      </div>
      <Toast.Close className="button quiet tiny" aria-label="Dismiss">
        <Icon name="close" />
      </Toast.Close>
    </Toast.Root>
  ));
}
