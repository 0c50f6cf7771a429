import type { Ctx } from '../platform/context.ts';
import { type Changed, changing, logged } from './change.ts';
import { guardStates, toTrial } from './compute-results.ts';
import { changed, ended } from './lifecycle.ts';
import { percent } from './recommend.ts';
import type { Measured } from './results.ts';
import type { Comparison } from './statistics/index.ts';
import { type StoredExperiment, stopVariantRow } from './store.ts';

/** Thrown when somebody else has stopped the variant or the experiment. */
class AlreadyStopped extends Error {}

/** Stops variants that are credibly worse by a guard. Returns true if it stopped any. */
export async function stopHarmful(ctx: Ctx, { row, cells }: Measured): Promise<boolean> {
  const harms = new Map(
    guardStates(toTrial(row, cells))
      .filter(({ state }) => state === 'harmful')
      .map((guard) => [guard.variant_id, guard]),
  );
  for (const { variant_id, metric, comparison } of harms.values()) {
    if (row.variants.some(({ id, stopped_at }) => id === variant_id && stopped_at !== null))
      continue;
    const detail = { by: 'guard', metric, reason: reasonOf(metric, comparison) };
    await changing(ctx, row.id, null, (current) => stopped(ctx, current, variant_id, detail)).catch(
      (error: unknown) => {
        if (!(error instanceof AlreadyStopped)) throw error;
      },
    );
  }
  return [...harms.keys()].some((id) =>
    row.variants.some((variant) => variant.id === id && variant.stopped_at === null),
  );
}

/** The change that stops a variant, and the experiment with the last one beside the control. */
async function stopped(
  ctx: Ctx,
  row: StoredExperiment,
  variant_id: string,
  detail: { readonly reason: string } & Readonly<Record<string, unknown>>,
): Promise<Changed> {
  const now = ctx.now();
  const isCurrent = row.variants.some(
    ({ id, stopped_at }) => id === variant_id && stopped_at === null,
  );
  if (row.status !== 'running' || !isCurrent) throw new AlreadyStopped();
  const after = {
    ...row,
    variants: row.variants.map((variant) =>
      variant.id === variant_id
        ? { ...variant, stopped_at: now, stop_reason: detail.reason }
        : variant,
    ),
  };
  const stop = stopVariantRow(ctx.db, ctx.workspace_id, variant_id, detail.reason, now);
  const left = after.variants.filter(({ stopped_at }) => stopped_at === null);
  if (left.length > 1) {
    const change = changed(ctx, after, 'variant_stopped', {}, detail, variant_id);
    return { ...change, statements: [...change.statements, stop] };
  }
  const entry = logged(ctx, row, 'variant_stopped', detail, variant_id);
  const end = await ended(ctx, after, 'stopped', detail.reason);
  const [change, ...entries] = end.statements;
  const audit = { ...end.audit, detail: { ...end.audit.detail, ...detail, variant_id } };
  return {
    ...end,
    statements: [...(change === undefined ? [] : [change]), ...entry, ...entries, stop],
    audit,
  };
}

function reasonOf(metric: string, comparison: Comparison | null): string {
  const lift = comparison?.lift ?? null;
  const change = lift === null ? '' : `: ${lift > 0 ? '+' : ''}${percent(lift)}`;
  return `Worse than the control by the guard \`${metric}\`${change}.`;
}
