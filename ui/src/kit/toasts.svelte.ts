/* Results of things started elsewhere. A result leaves after 6 s, unless someone looks at it; an error stays. */

export interface ToastAction {
  label: string;
  run: () => void;
}
export interface ToastMessage {
  id: number;
  text: string;
  tone: "ok" | "danger";
  action?: ToastAction | undefined;
}

const STAYS = 6000;

class Toasts {
  shown = $state.raw<readonly ToastMessage[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Says that something worked. */
  done(text: string, action?: ToastAction): void {
    const id = this.#add(text, "ok", action);
    this.#leaveLater(id);
  }

  /** Says that something failed; stays until closed. The same words are not shown twice. */
  failed(text: string, action?: ToastAction): void {
    if (!this.shown.some((toast) => toast.text === text)) this.#add(text, "danger", action);
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** While hovered or focused, a result waits. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    if (this.shown.some((toast) => toast.id === id && toast.tone === "ok")) this.#leaveLater(id);
  }

  #add(text: string, tone: "ok" | "danger", action?: ToastAction): number {
    const id = this.#next++;
    this.shown = [...this.shown.slice(-3), { id, text, tone, action }];
    return id;
  }

  #leaveLater(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), STAYS),
    );
  }
}

export const toasts = new Toasts();
