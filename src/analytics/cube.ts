import { Figures, type StoredFigures } from './figures.ts';

/** Along what figures are kept apart. `top` has sessions, end users and capabilities, the dearest of each; `agent` is of the workspace alone. */
export const dimensions = [
  'all',
  'version',
  'model',
  'operation',
  'api_key',
  'top',
  'agent',
] as const;
export type Dimension = (typeof dimensions)[number];

/** Figures by value of a dimension. */
export type Slices = Map<string, Figures>;

/** What stands for all values that were too many to keep apart. */
export const others = '~others';
/** What stands for runs of drafts among the versions. */
const preview = 'preview';
/** What stands for no value at all. */
export const none = 'none';

/** What the values of `top` are of, by how they begin; sessions begin like nothing else. */
export type TopKind = 'user' | 'use' | 'session';
export const topKind = (value: string): TopKind =>
  value.startsWith('user:') ? 'user' : value.startsWith('use:') ? 'use' : 'session';
/** The name alone of an end user or a capability. */
export const topName = (value: string): string => value.slice(value.indexOf(':') + 1);

const userKey = (end_user_id: string) => `user:${end_user_id}`;
const useKey = (capability: string) => `use:${capability}`;

export interface CallFact {
  readonly id: string;
  readonly agent_id: string | null;
  readonly version_id: string | null;
  readonly session_id: string | null;
  readonly api_key_id: string | null;
  readonly end_user_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly is_estimated: number;
  readonly cost_nano_usd: number | null;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly status: string;
  /** Of its run; null without one. */
  readonly is_preview: number | null;
  readonly at: number;
}

export interface RunFact {
  readonly id: string;
  readonly agent_id: string;
  readonly version_id: string;
  readonly session_id: string | null;
  readonly is_preview: number;
  readonly status: string;
  readonly confidence: number | null;
  readonly coverage: string | null;
  readonly first_token_ms: number | null;
  readonly latency_ms: number | null;
  readonly created_by: string | null;
  readonly end_user_id: string | null;
  /** Whether it is the first of its session. */
  readonly is_first: number;
  readonly messages: number;
  readonly answers: number;
  /** JSON: `[capability, uses, failed, cost]` for each that it used. */
  readonly uses: string;
  readonly at: number;
}

export interface RatingFact {
  readonly id: string;
  readonly agent_id: string;
  readonly version_id: string;
  readonly rating: string;
  readonly at: number;
}

/** Figures of a workspace and of each of its agents, along every dimension. */
export class Cube {
  /** By agent (empty for the workspace), then dimension, then value. */
  readonly cells = new Map<string, Map<Dimension, Slices>>();
  readonly #only: ReadonlySet<string> | null;

  /** With `only`, just these agents are kept, where the empty one is the workspace. */
  constructor(only: readonly string[] | null = null) {
    this.#only = only === null ? null : new Set(only);
  }

  addCall(call: CallFact): void {
    const version = call.is_preview === 1 ? preview : call.version_id;
    const places: Place[] = [
      ['all', ''],
      ['version', version],
      ['model', `${call.provider}/${call.model}`],
      ['operation', call.operation],
      ['api_key', call.api_key_id],
    ];
    for (const figures of this.#at(call.agent_id, places)) enterCall(figures, call);
    for (const figures of this.#at(call.agent_id, [['all', '']])) {
      figures.count(`calls:${call.operation}`);
      figures.count(`cost:${call.operation}`, call.cost_nano_usd);
    }
    for (const figures of this.#at(call.agent_id, topPlaces(call))) {
      figures.count('calls');
      figures.count('cost', call.cost_nano_usd);
      figures.count('input_tokens', call.input_tokens);
      figures.count('output_tokens', call.output_tokens);
      if (call.cost_nano_usd === null) figures.count('unpriced_calls');
    }
  }

  /** Runs of drafts are no traffic: only what they cost is counted. */
  addRun(run: RunFact): void {
    if (run.is_preview === 1) return;
    const places: Place[] = [
      ['all', ''],
      ['version', run.version_id],
      ['api_key', run.created_by?.startsWith('key_') ? run.created_by : null],
    ];
    for (const figures of this.#at(run.agent_id, places)) enterRun(figures, run);
    for (const figures of this.#at(run.agent_id, topPlaces(run))) {
      figures.count('runs');
      figures.count('messages', run.messages);
    }
    for (const [capability, uses, failed, cost] of JSON.parse(run.uses) as [
      string,
      number,
      number,
      number | null,
    ][]) {
      for (const figures of this.#at(run.agent_id, [['top', useKey(capability)]])) {
        figures.count('uses', uses);
        figures.count('failed_uses', failed);
        figures.count('cost', cost);
      }
    }
  }

  addRating({ agent_id, version_id, rating }: RatingFact): void {
    const name =
      rating === 'up' || rating === '4' || rating === '5'
        ? 'positive'
        : rating === '3'
          ? 'neutral'
          : 'negative';
    const places: Place[] = [
      ['all', ''],
      ['version', version_id],
    ];
    for (const figures of this.#at(agent_id, places)) figures.count(`rated:${name}`);
  }

  slices(agent_id: string, dimension: Dimension): Slices {
    return this.cells.get(agent_id)?.get(dimension) ?? new Map();
  }

  *#at(agent_id: string | null, places: readonly Place[]): Generator<Figures> {
    for (const [dimension, value] of places) {
      if (agent_id !== null) yield* this.#cell(agent_id, dimension, value ?? none);
      yield* this.#cell('', dimension, value ?? none);
    }
    const isWhole = places.some(([dimension]) => dimension === 'version');
    if (isWhole) yield* this.#cell('', 'agent', agent_id ?? none);
  }

  *#cell(agent_id: string, dimension: Dimension, value: string): Generator<Figures> {
    if (this.#only !== null && !this.#only.has(agent_id)) return;
    const ofAgent = this.cells.get(agent_id) ?? new Map<Dimension, Slices>();
    this.cells.set(agent_id, ofAgent);
    const slices = ofAgent.get(dimension) ?? new Map<string, Figures>();
    ofAgent.set(dimension, slices);
    const figures = slices.get(value) ?? new Figures();
    slices.set(value, figures);
    yield figures;
  }
}

type Place = readonly [Dimension, string | null];

const topPlaces = ({
  session_id,
  end_user_id,
}: Pick<CallFact, 'session_id' | 'end_user_id'>): Place[] => [
  ...(session_id === null ? [] : [['top', session_id] as const]),
  ...(end_user_id === null ? [] : [['top', userKey(end_user_id)] as const]),
];

function enterCall(figures: Figures, call: CallFact): void {
  figures.count('calls');
  if (call.status === 'error') figures.count('failed_calls');
  figures.count('estimated_calls', call.is_estimated);
  if (call.cost_nano_usd === null) figures.count('unpriced_calls');
  figures.count('cost', call.cost_nano_usd);
  for (const name of tokenClasses) figures.count(name, call[name]);
  figures.took('call', call.latency_ms);
  figures.took('call_first_token', call.first_token_ms);
}

const tokenClasses = [
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
] as const;

function enterRun(figures: Figures, run: RunFact): void {
  figures.count('runs');
  figures.count(`ended:${run.status}`);
  figures.count('messages', run.messages);
  figures.count('answers', run.answers);
  figures.took('run', run.latency_ms);
  figures.took('run_first_token', run.first_token_ms);
  figures.saw('users', run.end_user_id);
  if (run.confidence !== null) {
    figures.count('confidences');
    figures.count('confidence', Math.round(run.confidence * 1e6));
  }
  if (run.coverage !== null) figures.count(`coverage:${run.coverage}`);
  if (run.session_id === null) return;
  figures.saw('chats', run.session_id);
  figures.count('chats_started', run.is_first);
  figures.count('chat_messages', run.messages);
}

export function mergeSlices(into: Slices, slices: Slices): void {
  for (const [value, figures] of slices) {
    const mine = into.get(value) ?? new Figures();
    mine.merge(figures);
    into.set(value, mine);
  }
}

/** Values that a row of a dimension keeps apart; of `top` as many of each kind. */
const kept = 100;

/** The values that cost most, or ran most, and one that stands for the others. */
export function capSlices(slices: Slices): Slices {
  const kinds = Map.groupBy(
    [...slices].filter(([value]) => value !== others),
    ([value]) => topKind(value),
  );
  if ([...kinds.values()].every((list) => list.length <= kept)) return slices;
  const capped: Slices = new Map();
  for (const [kind, list] of kinds) {
    list.sort(
      ([a, one], [b, two]) =>
        two.sum('cost') - one.sum('cost') || two.sum('runs') - one.sum('runs') || (a < b ? -1 : 1),
    );
    for (const [value, figures] of list.slice(0, kept)) capped.set(value, figures);
    // An end user's calls are a session's too: the others are those of the sessions.
    if (kind === 'session')
      for (const [, figures] of list.slice(kept)) mergeSlices(capped, new Map([[others, figures]]));
  }
  const before = slices.get(others);
  if (before !== undefined) mergeSlices(capped, new Map([[others, before]]));
  if (!capped.has(others)) capped.set(others, new Figures());
  return capped;
}

export const writeSlices = (slices: Slices): string =>
  JSON.stringify(Object.fromEntries([...slices].sort(([a], [b]) => (a < b ? -1 : 1))));

type StoredSlices = Readonly<Record<string, StoredFigures>>;

const toSlices = (stored: StoredSlices): Slices =>
  new Map(Object.entries(stored).map(([value, some]) => [value, Figures.from(some)]));

export const readSlices = (text: string): Slices => toSlices(JSON.parse(text) as StoredSlices);

/** Slices by the number of their quarter, 0..3. */
export const readQuarters = (text: string): [number, Slices][] =>
  Object.entries(JSON.parse(text) as Record<string, StoredSlices>).map(([index, stored]) => [
    Number(index),
    toSlices(stored),
  ]);
