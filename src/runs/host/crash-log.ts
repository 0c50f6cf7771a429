import type { Ctx } from '../../platform/context.ts';
import { second } from '../../shared/time.ts';
import type { RunDriver } from '../driver.ts';
import type { RunEvent } from '../events.ts';
import { closeInterrupted } from '../recover/close-interrupted.ts';
import { isOpen, isWaiting, type RunRow, selectRun } from '../store/runs.ts';
import { decodeEvents, encodeEvents } from '../stream/event-log.ts';

/**
 * Interval of the alarm while a run is active. It also wakes the object after a crash, since an
 * object without requests is evicted.
 */
const alarmEvery = 20 * second;

/** The run whose events are stored. */
interface KeptRun {
  readonly run_id: string;
  readonly workspace_id: string;
}

/** The events of the active run in the storage of its object, kept in case the object crashes. */
export class CrashLog {
  readonly #storage: DurableObjectStorage;
  #segments = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The id of the stored run; null for none. */
  async run(): Promise<KeptRun | null> {
    return (await this.#storage.get<KeptRun>('run')) ?? null;
  }

  async wakeAgain(ctx: Ctx): Promise<void> {
    await this.#storage.setAlarm(ctx.now() + alarmEvery);
  }

  /** Adds events. A failure is logged, and the run continues without them. */
  async save(ctx: Ctx, { id, workspace_id }: RunRow, events: readonly RunEvent[]): Promise<void> {
    const kept: KeptRun = { run_id: id, workspace_id };
    const isFirst = this.#segments === 0;
    this.#segments += 1;
    const name = `events:${String(this.#segments).padStart(8, '0')}`;
    await this.#storage
      .put({ ...(isFirst ? { run: kept } : {}), [name]: encodeEvents(events) ?? '[]' })
      .then(() => (isFirst ? this.wakeAgain(ctx) : undefined))
      .catch((error: unknown) => ctx.log.error('run_not_kept', { run_id: id, error }));
  }

  /** Deletes the events of a run that has ended. */
  async clear(): Promise<void> {
    if (this.#segments === 0) return;
    this.#segments = 0;
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  /** Closes a run of an earlier instance of the object, with its stored events. */
  async recover(ctx: Ctx, run_id: string, drivers: readonly RunDriver[]): Promise<void> {
    const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
    const isKept = (await this.run())?.run_id === run_id;
    const segments = isKept
      ? await this.#storage.list<string>({ prefix: 'events:' })
      : new Map<string, string>();
    if (run !== undefined && isOpen(run) && !isWaiting(run)) {
      const events = [...segments.values()].flatMap(decodeEvents);
      await closeInterrupted(ctx, run, events, drivers);
    }
    if (!isKept) return;
    this.#segments = 1;
    await this.clear();
  }
}
