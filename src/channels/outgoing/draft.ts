import type { Ctx } from '../../platform/context.ts';
import { withRetry } from '../../platform/with-retry.ts';
import { minute, second } from '../../shared/time.ts';
import type { ChannelAdapter, OpenChannel } from '../adapter.ts';
import { SendError } from '../call-api.ts';
import type { ThreadRow } from '../store.ts';
import { newDelivery } from './deliver.ts';
import { updateDelivery, upsertDelivery } from './store.ts';

/** Least time between two changes of a draft, which channels limit to about one a second. */
const interval = 1500;
/** If the answer never comes, its text so far is sent after this time. */
const abandonedAfter = 30 * minute;

/** Shows an answer while it is written: a message whose text is replaced, in the end by the whole answer. */
export class Draft {
  readonly #ctx: Ctx;
  readonly #adapter: ChannelAdapter;
  readonly #channel: OpenChannel;
  readonly #thread: ThreadRow;
  readonly #source_id: string;
  #active: Promise<void> | null = null;
  #id: string | null = null;
  /** Time of the next change; null before the first text. */
  #due: number | null = null;

  constructor(
    ctx: Ctx,
    adapter: ChannelAdapter,
    channel: OpenChannel,
    thread: ThreadRow,
    source_id: string,
  ) {
    this.#ctx = ctx;
    this.#adapter = adapter;
    this.#channel = channel;
    this.#thread = thread;
    this.#source_id = source_id;
  }

  /** Shows the text so far, at most once in an interval. A fault of the channel only delays it. */
  show(text: string): void {
    const now = this.#ctx.now();
    this.#due ??= now + interval;
    if (this.#adapter.update === undefined || this.#active !== null || now < this.#due) return;
    this.#due = now + interval;
    this.#active = this.#write(text)
      .catch((error: unknown) => {
        const wait = error instanceof SendError ? (error.retry_after_s ?? 60) : 60;
        this.#due = this.#ctx.now() + wait * second;
      })
      .finally(() => {
        this.#active = null;
      });
  }

  /** Resolves once no change is under way. */
  async end(): Promise<void> {
    await this.#active;
  }

  async #write(whole: string): Promise<void> {
    const { db, now } = this.#ctx;
    const { target } = this.#thread;
    const text = `${whole.slice(0, this.#adapter.max_chars - 2).trimEnd()} …`;
    if (this.#id !== null)
      return this.#adapter.update?.(this.#ctx, this.#channel, { target, text }, this.#id);
    const due = now() + abandonedAfter;
    const [row] = await upsertDelivery(
      db,
      newDelivery(this.#ctx, this.#thread, this.#source_id, due),
    );
    // An earlier attempt has shown one.
    const [shown] = row?.external_ids ?? [];
    if (row === undefined || shown !== undefined) {
      this.#id = shown ?? null;
      return;
    }
    const id = `${row.id}_0`;
    this.#id = await this.#adapter.send(this.#ctx, this.#channel, { target, text, files: [], id });
    const external_ids = [this.#id];
    await withRetry(() => updateDelivery(db, row, { external_ids }).run());
  }
}
