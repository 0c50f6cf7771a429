import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { type Violation, validationFailed } from '../shared/failure.ts';
import { reallocate, type Share, slots, slotsPerCent } from './assignment.ts';
import { logged } from './change.ts';
import {
  type ExperimentRow,
  type StoredExperiment,
  type StoredVariant,
  setWeights,
} from './store.ts';

/** Returns the shares of slots that weights stand for. */
export const sharesOf = (
  variants: readonly Pick<StoredVariant, 'id' | 'weight'>[],
): readonly Share[] =>
  variants.map(({ id, weight }) => ({ variant_id: id, slots: Math.round(weight * slotsPerCent) }));

/** Returns true if weights add up to 100. */
export const isWhole = (variants: readonly Pick<StoredVariant, 'id' | 'weight'>[]): boolean =>
  sharesOf(variants).reduce((sum, share) => sum + share.slots, 0) === slots;

/** Returns the variant with an id or a name. */
export const variantNamed = (
  { variants }: Pick<StoredExperiment, 'variants'>,
  name: string,
): StoredVariant | undefined =>
  variants.find(({ id }) => id === name) ?? variants.find((variant) => variant.name === name);

/** Names the variants of an experiment in an error. */
export const variantList = ({ variants }: Pick<StoredExperiment, 'variants'>): string =>
  variants.map(({ name }) => `\`${name}\``).join(', ');

interface Reweighted {
  readonly changes: Partial<ExperimentRow>;
  readonly variants: readonly StoredVariant[];
  readonly statements: readonly Statement[];
}

/**
 * Changes the weights of variants, given by name or id; others keep theirs. While the experiment runs or is paused, the
 * slots are shared out again, and an epoch begins: its weights are in the log. Throws `validation_failed`.
 */
export function reweighted(
  ctx: Ctx,
  row: StoredExperiment,
  given: Readonly<Record<string, number>>,
): Reweighted {
  const weights = new Map<string, number>();
  const errors: Violation[] = [];
  for (const [name, weight] of Object.entries(given)) {
    const pointer = `/weights/${name}`;
    const variant = variantNamed(row, name);
    if (variant === undefined)
      errors.push({ pointer, detail: `Must be a variant of the experiment: ${variantList(row)}.` });
    else if (weights.has(variant.id)) errors.push({ pointer, detail: 'Names a variant twice.' });
    else weights.set(variant.id, weight);
  }
  const variants = row.variants.map((variant) => ({
    ...variant,
    weight: weights.get(variant.id) ?? (variant.stopped_at === null ? variant.weight : 0),
  }));
  if (errors.length === 0 && row.status !== 'draft') errors.push(...faultsOf(variants));
  if (errors.length > 0) throw validationFailed(errors);
  const stored = Object.fromEntries(variants.map(({ id, weight }) => [id, weight]));
  const statements = [setWeights(ctx.db, row, stored)];
  if (row.status === 'draft') return { changes: {}, variants, statements };
  const epoch = row.epoch + 1;
  return {
    changes: { epoch, allocation: reallocate(row.allocation, sharesOf(variants)) },
    variants,
    statements: [...statements, ...logged(ctx, row, 'reweighted', { epoch, weights: stored })],
  };
}

function faultsOf(variants: readonly StoredVariant[]): Violation[] {
  const faults = variants.flatMap(({ name, weight, stopped_at, is_control }): Violation[] => {
    const pointer = `/weights/${name}`;
    if (stopped_at !== null && weight > 0)
      return [{ pointer, detail: 'Must be 0: the variant has been stopped.' }];
    if (is_control && weight === 0)
      return [{ pointer, detail: 'Must be above 0: the others are compared to the control.' }];
    return [];
  });
  return isWhole(variants) || faults.length > 0
    ? faults
    : [{ pointer: '/weights', detail: 'Must add up to 100 with those of the other variants.' }];
}
