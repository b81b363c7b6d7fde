export type LiveStatus = "connecting" | "live" | "offline";
export type LiveEvent = "task" | "reminder" | "notification";
type Handler = (data: unknown) => void;

const EVENTS: readonly LiveEvent[] = ["task", "reminder", "notification"];
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface Source {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

const CLOSED = 2;

/**
 * The live stream, kept open. The browser resumes a dropped stream itself, from the last event it saw; it
 * gives up only when the server refuses, and then a new one starts without a memory: everyone refreshes.
 */
export class LiveConnection {
  readonly #handlers = new Map<LiveEvent, Set<Handler>>();
  readonly #refreshers = new Set<() => void>();
  readonly #watchers = new Set<() => void>();
  #source?: Source;
  #status: LiveStatus = "connecting";
  #wait = FIRST_WAIT_MS;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly open: () => Source) {}

  get status(): LiveStatus {
    return this.#status;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = this.open();
    this.#source = source;
    let fresh = true;
    source.addEventListener("open", () => {
      this.#wait = FIRST_WAIT_MS;
      this.#become("live");
      if (fresh) this.#refresh();
      fresh = false;
    });
    source.addEventListener("error", () => this.#lost(source));
    source.addEventListener("resync", () => this.#refresh());
    for (const name of EVENTS) source.addEventListener(name, ({ data }) => this.#emit(name, data));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  /** Says so at once; the browser itself may take minutes to notice. */
  networkGone(): void {
    this.#become("offline");
  }

  on(name: LiveEvent, handler: Handler): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** `refresh` runs whenever events may have been missed. */
  onRefresh(refresh: () => void): () => void {
    this.#refreshers.add(refresh);
    return () => this.#refreshers.delete(refresh);
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #lost(source: Source): void {
    if (source !== this.#source) return;
    const refused = source.readyState === CLOSED;
    this.#become(refused ? "offline" : "connecting");
    if (!refused) return;
    this.#timer = setTimeout(() => this.start(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  #become(status: LiveStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#watchers.forEach((watcher) => watcher());
  }

  #refresh(): void {
    this.#refreshers.forEach((refresh) => refresh());
  }

  #emit(name: LiveEvent, data: string): void {
    const value: unknown = JSON.parse(data);
    this.#handlers.get(name)?.forEach((handler) => handler(value));
  }
}
