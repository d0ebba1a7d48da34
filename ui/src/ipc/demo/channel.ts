/* Streams of the sample backend: numbered like the real ones, with the newest payload first. */
import type { OpenStream, Receive } from "../backend";

export class Outlet<Payload> {
  #open = new Set<{ receive: Receive<Payload>; number: number }>();

  /** Opens a stream; `first` is sent at once. */
  open(receive: Receive<Payload>, first: Payload, onClose?: () => void): OpenStream {
    const stream = { receive, number: 0 };
    this.#open.add(stream);
    queueMicrotask(() => this.#send(stream, first));
    return {
      acknowledge: () => undefined,
      position: async () => (this.#open.has(stream) ? stream.number : null),
      close: () => {
        this.#open.delete(stream);
        onClose?.();
      },
    };
  }

  publish(payload: Payload): void {
    for (const stream of this.#open) this.#send(stream, payload);
  }

  get watched(): boolean {
    return this.#open.size > 0;
  }

  #send(stream: { receive: Receive<Payload>; number: number }, payload: Payload): void {
    if (!this.#open.has(stream)) return;
    stream.number += 1;
    stream.receive({ number: stream.number, payload });
  }
}
