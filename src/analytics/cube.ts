import {
  type Dimension,
  type Place,
  placesOf,
  plainDimensions,
  topPlaces,
  usePlace,
} from './dimensions.ts';
import {
  type CallFact,
  type FactKind,
  type Facts,
  type RatingFact,
  type RunFact,
  type ScoreFact,
  usesOf,
} from './facts.ts';
import { Figures } from './figures.ts';
import { entryOf } from './kinds.ts';
import { metricsFrom } from './metrics/index.ts';
import type { MetricFrom } from './metrics/metric.ts';
import type { Slices } from './slices.ts';

/** The figures of a workspace and of each of its agents, along every dimension. */
export class Cube {
  /** By agent (empty for the workspace), then dimension, then value. */
  readonly cells = new Map<string, Map<Dimension, Slices>>();
  readonly #only: ReadonlySet<string> | null;

  /** With `only`, just these agents are kept, where the empty one is the workspace. */
  constructor(only: readonly string[] | null = null) {
    this.#only = only === null ? null : new Set(only);
  }

  addCall(call: CallFact): void {
    this.#add('call', call, call.agent_id, [...placesOf('call', call), ...topPlaces(call)]);
  }

  /** Adds a run. Runs of drafts are not counted; their calls count in the cost only. */
  addRun(run: RunFact): void {
    if (run.is_preview === 1) return;
    this.#add('run', run, run.agent_id, [...placesOf('run', run), ...topPlaces(run)]);
    for (const use of usesOf(run)) this.#add('use', use, run.agent_id, [usePlace(use.capability)]);
  }

  addRating(rating: RatingFact): void {
    this.#add('rating', rating, rating.agent_id, placesOf('rating', rating));
  }

  addScore(score: ScoreFact): void {
    this.#add('score', score, score.agent_id, placesOf('score', score));
  }

  slices(agent_id: string, dimension: Dimension): Slices {
    return this.cells.get(agent_id)?.get(dimension) ?? new Map();
  }

  #add<From extends FactKind>(
    from: From,
    fact: Facts[From],
    agent_id: string | null,
    places: readonly Place[],
  ): void {
    const entries = metrics[from].flatMap(({ metric, along }) => {
      const enter = entryOf(metric, fact);
      return enter === null ? [] : [{ enter, along }];
    });
    for (const { dimension, value, is_of_workspace } of places) {
      const cells =
        agent_id === null || is_of_workspace
          ? [this.#cell('', dimension, value)]
          : [this.#cell(agent_id, dimension, value), this.#cell('', dimension, value)];
      for (const figures of cells)
        for (const { enter, along } of entries)
          if (figures !== null && along.has(dimension)) enter(figures);
    }
  }

  /** The figures of a cell, made when they are first needed; null for an agent that is not kept. */
  #cell(agent_id: string, dimension: Dimension, value: string): Figures | null {
    if (this.#only !== null && !this.#only.has(agent_id)) return null;
    const ofAgent = this.cells.get(agent_id) ?? new Map<Dimension, Slices>();
    this.cells.set(agent_id, ofAgent);
    const slices = ofAgent.get(dimension) ?? new Map<string, Figures>();
    ofAgent.set(dimension, slices);
    const figures = slices.get(value) ?? new Figures();
    slices.set(value, figures);
    return figures;
  }
}

/** The metrics of a kind of fact, with the dimensions along which each is kept. */
const withDimensions = <From extends FactKind>(from: From) =>
  metricsFrom(from).map((metric: MetricFrom<From>) => ({
    metric,
    along: new Set<Dimension>(metric.along ?? plainDimensions),
  }));

const metrics: { readonly [From in FactKind]: ReturnType<typeof withDimensions<From>> } = {
  call: withDimensions('call'),
  run: withDimensions('run'),
  use: withDimensions('use'),
  rating: withDimensions('rating'),
  score: withDimensions('score'),
};
