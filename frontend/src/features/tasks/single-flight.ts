/** One change of a task at a time: a second before the answer would act on an old version. */
export class SingleFlight {
  readonly #running = new Set<string>();

  /** Runs `work` unless something already runs under `id`; `changed` gets every id that runs. */
  async run(id: string, work: () => Promise<void>, changed: (running: ReadonlySet<string>) => void): Promise<void> {
    if (this.#running.has(id)) return;
    this.#running.add(id);
    changed(new Set(this.#running));
    try {
      await work();
    } finally {
      this.#running.delete(id);
      changed(new Set(this.#running));
    }
  }
}
