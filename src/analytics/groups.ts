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

/** The filter of a report: one version, or an experiment, a variant, or both. */
export interface ReportFilter {
  readonly version?: string | undefined;
  readonly experiment?: string | undefined;
  readonly variant?: string | undefined;
}

/** The dimension whose values a filter chooses from; null without a filter. */
export function filteredDimension({
  version,
  experiment,
  variant,
}: ReportFilter): 'version' | 'variant' | null {
  if (version !== undefined) return 'version';
  return experiment === undefined && variant === undefined ? null : 'variant';
}

/** The slices of that dimension that a filter leaves. */
export const filterSlices = (
  slices: Slices,
  { version, experiment, variant }: ReportFilter,
): Slices =>
  new Map(
    [...slices].filter(([value]) => {
      if (version !== undefined) return value === version;
      const [ofExperiment, ofVariant] = value.split('/');
      return (
        (experiment === undefined || experiment === ofExperiment) &&
        (variant === undefined || variant === ofVariant)
      );
    }),
  );
