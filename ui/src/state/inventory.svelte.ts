/* What the engine has, as the window knows it: one snapshot that grows by changes. A dead engine is never an empty
   list; its rows stay and `stale` says how old they are. Nothing here asks; everything arrives. */
import type { Backend } from "../ipc/backend";
import type {
  Changes,
  ContainerRow,
  EngineReport,
  ImageRow,
  InventoryUpdate,
  NetworkRow,
  VolumeRow,
} from "../ipc/bindings";
import { Stream } from "../ipc/stream.svelte";

type Rows<Row> = ReadonlyMap<string, Row>;

/** The rows after a change; the same map where nothing changed, so that nothing is drawn again. */
export function applyChanges<Row>(
  before: Rows<Row>,
  changes: Changes<Row>,
  whole: boolean,
  idOf: (row: Row) => string,
): Rows<Row> {
  if (!whole && changes.set.length === 0 && changes.removed.length === 0) return before;
  const after = new Map(whole ? [] : before);
  for (const id of changes.removed) after.delete(id);
  for (const row of changes.set) after.set(idOf(row), row);
  return after;
}

const CONNECTING: EngineReport = { status: { state: "connecting" }, facts: null, problems: [], refused: [] };

export class Inventory {
  report = $state.raw<EngineReport>(CONNECTING);
  containerRows = $state.raw<Rows<ContainerRow>>(new Map());
  imageRows = $state.raw<Rows<ImageRow>>(new Map());
  volumeRows = $state.raw<Rows<VolumeRow>>(new Map());
  networkRows = $state.raw<Rows<NetworkRow>>(new Map());
  /** False until the first snapshot with an engine's rows is here. */
  loaded = $state(false);

  readonly containers = $derived([...this.containerRows.values()]);
  readonly images = $derived([...this.imageRows.values()]);
  readonly volumes = $derived([...this.volumeRows.values()]);
  readonly status = $derived(this.report.status);
  /** Since when the rows are old; `null` while they are fresh. */
  readonly staleSince = $derived(this.status.state === "reconnecting" ? new Date(this.status.since) : null);
  readonly ready = $derived(this.status.state === "ready");
  /** The worst problem that keeps labs from running. */
  readonly blocking = $derived(this.report.problems.find((problem) => problem.blocking) ?? null);

  #revision = -1;
  #stream: Stream<InventoryUpdate>;

  constructor(backend: Backend) {
    this.#stream = new Stream(
      (receive) => backend.openInventory(receive),
      (update) => this.take(update),
    );
  }

  start(): () => void {
    return this.#stream.start();
  }

  /** Kept as soon as something is known. */
  get first(): Promise<void> {
    return this.#stream.first;
  }

  take(update: InventoryUpdate): void {
    if (!update.whole && update.revision <= this.#revision) return;
    this.#revision = update.revision;
    if (update.report) this.report = update.report;
    this.containerRows = applyChanges(this.containerRows, update.containers, update.whole, (row) => row.id);
    this.imageRows = applyChanges(this.imageRows, update.images, update.whole, (row) => row.id);
    this.volumeRows = applyChanges(this.volumeRows, update.volumes, update.whole, (row) => row.name);
    this.networkRows = applyChanges(this.networkRows, update.networks, update.whole, (row) => row.id);
    if (this.report.status.state === "ready") this.loaded = true;
  }
}
