import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { fromUsd } from '../shared/money.ts';
import { day } from '../shared/time.ts';
import type { InvoicePeriod } from './months.ts';
import { type SumRow, selectArchives, selectSums } from './store.ts';

/** The fields of an archived call that sums need. */
interface ArchivedCall {
  readonly created_at: string;
  readonly agent_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cost_usd: number | null;
}

/**
 * Sums the calls of a period by agent, model and operation: those in the database and those in archives, each once.
 * Reads the archives line by line.
 */
export async function sumCalls(ctx: Ctx, { starts_at, ends_at }: InvoicePeriod): Promise<SumRow[]> {
  // One batch: a call is moved to an archive in one transaction.
  const [rows, archives] = await batch(ctx.db, [
    selectSums(ctx.db, ctx.workspace_id, starts_at, ends_at),
    selectArchives(ctx.db, ctx.workspace_id, starts_at - day, ends_at),
  ]);
  const sums = new Map((rows as SumRow[]).map((row) => [keyOf(row), row]));
  for (const { object_key } of archives) {
    const object = await ctx.files.get(object_key);
    if (object === null) throw new Error(`the archive ${object_key} is missing`);
    await addArchive(sums, object.body, starts_at, ends_at);
  }
  return [...sums.values()];
}

const keyOf = (call: Pick<SumRow, 'agent_id' | 'provider' | 'model' | 'operation'>) =>
  JSON.stringify([call.agent_id, call.provider, call.model, call.operation]);

async function addArchive(
  sums: Map<string, SumRow>,
  body: ReadableStream<Uint8Array>,
  starts_at: number,
  ends_at: number,
): Promise<void> {
  for await (const line of linesOf(body)) {
    const call = JSON.parse(line) as ArchivedCall;
    const at = Date.parse(call.created_at);
    if (at >= starts_at && at < ends_at) add(sums, call);
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const text = body
    .pipeThrough(
      new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
    )
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>);
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}

function add(sums: Map<string, SumRow>, call: ArchivedCall): void {
  const { agent_id, provider, model, operation, cost_usd } = call;
  const key = keyOf(call);
  const sum = sums.get(key);
  sums.set(key, {
    ...{ agent_id, provider, model, operation },
    calls: (sum?.calls ?? 0) + 1,
    unpriced_calls: (sum?.unpriced_calls ?? 0) + (cost_usd === null ? 1 : 0),
    input_tokens: (sum?.input_tokens ?? 0) + (call.input_tokens ?? 0),
    cache_read_tokens: (sum?.cache_read_tokens ?? 0) + (call.cache_read_tokens ?? 0),
    cache_write_tokens: (sum?.cache_write_tokens ?? 0) + (call.cache_write_tokens ?? 0),
    output_tokens: (sum?.output_tokens ?? 0) + (call.output_tokens ?? 0),
    // Exact: the cost of one call is far below the amounts at which the division loses nano-dollars.
    cost_nano_usd: (sum?.cost_nano_usd ?? 0) + (cost_usd === null ? 0 : fromUsd(cost_usd)),
  });
}
