import type { CallFact, Facts, RatingFact, RunFact, ScoreFact } from './facts.ts';

/** Stands for all values that were too many to keep apart. */
export const others = '~others';
/** Stands for runs of drafts among the versions. */
const preview = 'preview';
/** Stands for the absence of a value. */
export const none = 'none';

type Read<Fact> = (fact: Fact) => string | null | undefined;

/** How a dimension reads its value from a fact: null counts as `none`, undefined as not of this dimension. */
interface DimensionReader {
  readonly call?: Read<CallFact>;
  readonly run?: Read<RunFact>;
  readonly rating?: Read<RatingFact>;
  readonly score?: Read<ScoreFact>;
  /** Kept for the workspace as a whole, not for each agent. */
  readonly is_of_workspace?: true;
}

/** `<experiment>/<variant>`, as models are `<provider>/<model>`. */
const variantOf = ({ experiment_id, variant_id }: Pick<RunFact, 'experiment_id' | 'variant_id'>) =>
  experiment_id === null ? undefined : `${experiment_id}/${variant_id ?? none}`;

/** The dimensions along which figures are kept apart. Each is a row of its own in the rollups. */
const readers = {
  all: { call: () => '', run: () => '', rating: () => '', score: () => '' },
  version: {
    call: ({ is_preview, version_id }) => (is_preview === 1 ? preview : version_id),
    run: ({ version_id }) => version_id,
    rating: ({ version_id }) => version_id,
    score: ({ version_id }) => version_id,
  },
  model: { call: ({ provider, model }) => `${provider}/${model}` },
  operation: { call: ({ operation }) => operation },
  api_key: {
    call: ({ api_key_id }) => api_key_id,
    run: ({ created_by }) => (created_by?.startsWith('key_') ? created_by : null),
  },
  variant: { call: variantOf, run: variantOf, rating: variantOf, score: variantOf },
  agent: {
    call: ({ agent_id }) => agent_id,
    run: ({ agent_id }) => agent_id,
    rating: ({ agent_id }) => agent_id,
    score: ({ agent_id }) => agent_id,
    is_of_workspace: true,
  },
} as const satisfies Record<string, DimensionReader>;

/** A dimension with one value for each fact. */
export type PlainDimension = keyof typeof readers;
/** `top` holds sessions, end users and capabilities: a fact has several values or none. */
export type Dimension = PlainDimension | 'top';

export const plainDimensions = Object.keys(readers) as PlainDimension[];
export const dimensions: readonly Dimension[] = [...plainDimensions, 'top'];

export interface Place {
  readonly dimension: Dimension;
  readonly value: string;
  readonly is_of_workspace: boolean;
}

/** The places of the cube in which a fact of `kind` counts, those of `top` aside. */
export function placesOf<Kind extends 'call' | 'run' | 'rating' | 'score'>(
  kind: Kind,
  fact: Facts[Kind],
): Place[] {
  return plainDimensions.flatMap((dimension) => {
    const reader: DimensionReader = readers[dimension];
    const read = reader[kind] as Read<Facts[Kind]> | undefined;
    const value = read?.(fact);
    if (value === undefined) return [];
    return [{ dimension, value: value ?? none, is_of_workspace: reader.is_of_workspace === true }];
  });
}

/** The kinds of values of `top`, distinguished by their prefix; a session is its id. */
export type TopKind = 'user' | 'use' | 'session';
export const topKind = (value: string): TopKind =>
  value.startsWith('user:') ? 'user' : value.startsWith('use:') ? 'use' : 'session';
/** The name of an end user or a capability without its prefix. */
export const topName = (value: string): string => value.slice(value.indexOf(':') + 1);

const top = (value: string): Place => ({ dimension: 'top', value, is_of_workspace: false });

/** The places in which a call or a run counts for its session and its end user. */
export const topPlaces = ({
  session_id,
  end_user_id,
}: Pick<CallFact, 'session_id' | 'end_user_id'>): Place[] => [
  ...(session_id === null ? [] : [top(session_id)]),
  ...(end_user_id === null ? [] : [top(`user:${end_user_id}`)]),
];

/** The place in which the use of a capability counts. */
export const usePlace = (capability: string): Place => top(`use:${capability}`);
