import { type Dimension, topKind, topName } from './dimensions.ts';
import { mergeSlices, type Slices } from './slices.ts';

/** The groupings of a series. */
export const groupings = [
  'version',
  'model',
  'operation',
  'api_key',
  'experiment',
  'variant',
] as const;
/** The groupings of a cost breakdown. */
export const breakdowns = ['provider', ...groupings, 'end_user', 'session'] as const;
export type Grouping = (typeof breakdowns)[number] | 'agent';

/** The dimension whose values contain those of a grouping. */
const dimensionsOf: Readonly<Record<Grouping, Dimension>> = {
  provider: 'model',
  model: 'model',
  experiment: 'variant',
  variant: 'variant',
  end_user: 'top',
  session: 'top',
  version: 'version',
  operation: 'operation',
  api_key: 'api_key',
  agent: 'agent',
};
export const dimensionOf = (grouping: Grouping): Dimension => dimensionsOf[grouping];

/** The figures by value of a grouping, out of those of its dimension. */
export function groupsOf(grouping: Grouping, slices: Slices): Slices {
  if (grouping === 'provider' || grouping === 'experiment') return byPrefix(slices);
  if (grouping === 'session')
    return new Map([...slices].filter(([value]) => topKind(value) === 'session'));
  if (grouping !== 'end_user') return slices;
  return new Map(
    [...slices]
      .filter(([value]) => topKind(value) === 'user')
      .map(([value, figures]) => [topName(value), figures]),
  );
}

/** Providers are the prefixes of models, experiments those of variants. */
function byPrefix(slices: Slices): Slices {
  const merged: Slices = new Map();
  for (const [value, figures] of slices)
    mergeSlices(merged, new Map([[value.split('/')[0] ?? value, figures]]));
  return merged;
}

export interface VariantFilter {
  readonly experiment?: string | undefined;
  readonly variant?: string | undefined;
}

export const isFiltered = ({ experiment, variant }: VariantFilter): boolean =>
  experiment !== undefined || variant !== undefined;

/** The slices of the dimension `variant` that a filter leaves. */
export const filterVariants = (slices: Slices, { experiment, variant }: VariantFilter): Slices =>
  new Map(
    [...slices].filter(([value]) => {
      const [ofExperiment, ofVariant] = value.split('/');
      return (
        (experiment === undefined || experiment === ofExperiment) &&
        (variant === undefined || variant === ofVariant)
      );
    }),
  );
