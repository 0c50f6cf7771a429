import type { EvaluationSettings } from './manifests.ts';
import { plain, table } from './output.ts';

interface Estimate {
  readonly cases: number;
  readonly score: {
    readonly value: number;
    readonly low: number;
    readonly high: number;
  } | null;
}

interface TargetSummary {
  readonly target: number;
  readonly overall: Estimate;
  readonly scorers: readonly (Estimate & { readonly name: string; readonly failed: number })[];
  readonly run_cost_usd: number | null;
  readonly latency_ms: { readonly p95: number } | null;
}

export interface Evaluation {
  readonly id: string;
  readonly status: string;
  readonly targets: readonly {
    readonly version: { readonly number: number };
    readonly is_draft: boolean;
  }[];
  readonly progress: { readonly total: number; readonly done: number };
  readonly cost_usd: number;
  readonly summary: readonly TargetSummary[] | null;
  readonly error: { readonly code: string; readonly detail: string | null } | null;
}

/** The reply of `GET /evaluations/{evaluation}/comparison`: paired by case. */
export interface PairedComparison {
  readonly overall: {
    readonly wins: number;
    readonly losses: number;
    readonly ties: number;
    readonly score_difference: {
      readonly value: number;
      readonly low: number;
      readonly high: number;
    } | null;
  };
  readonly flaky: readonly object[];
  readonly clusters: readonly {
    readonly by: string;
    readonly value: string;
    readonly lost: number;
    readonly cases: number;
  }[];
  readonly cost_usd: { readonly base: number | null; readonly value: number | null };
  readonly latency_ms: { readonly base: number | null; readonly value: number | null };
}

/** One check of a target: the score of a scorer against its threshold. */
export interface Check {
  readonly agent: string;
  readonly target: string;
  readonly scorer: string;
  readonly score: number | null;
  readonly cases: number;
  /** Null if the manifest sets none. */
  readonly threshold: number | null;
  readonly passed: boolean;
}

export interface Comparison {
  readonly evaluation_id: string;
  readonly checks: readonly Check[];
  /** A table for people. */
  readonly lines: readonly string[];
  readonly short: string;
  readonly passed: boolean;
}

/** The summary of what is to be used: the draft, if there is one. */
const candidateOf = (all: readonly TargetSummary[], targets: Evaluation['targets']) =>
  all.find(({ target }) => targets[target]?.is_draft === true) ?? all.at(-1);

/** Returns the checks of an evaluation, and what people read of it. Only what is to be used has to reach the thresholds. */
export function compare(
  slug: string,
  { thresholds }: EvaluationSettings,
  { id, targets, summary }: Evaluation,
  paired: PairedComparison | null,
): Comparison {
  const all = summary ?? [];
  const nameOf = (index: number) => {
    const target = targets[index];
    return target === undefined
      ? `target ${index}`
      : target.is_draft
        ? 'draft'
        : `version ${target.version.number}`;
  };
  const last = candidateOf(all, targets);
  const scoresOf = (one: TargetSummary) => [{ name: 'overall', ...one.overall }, ...one.scorers];
  const checks = all.flatMap((one) =>
    scoresOf(one).map(({ name, score, cases }): Check => {
      const threshold = one === last ? (thresholds[name] ?? null) : null;
      const value = score?.value ?? null;
      return {
        agent: slug,
        target: nameOf(one.target),
        scorer: name,
        score: value,
        cases,
        threshold,
        // Nothing measured is not a passed check.
        passed: threshold === null || (value !== null && value >= threshold),
      };
    }),
  );
  const passed = checks.every((check) => check.passed) && last !== undefined;
  return {
    evaluation_id: id,
    checks,
    lines: [...linesOf(all, nameOf, checks), ...(paired === null ? [] : pairedLines(paired))],
    short: shortOf(all, passed),
    passed,
  };
}

const percent = (estimate: Estimate | undefined): string =>
  estimate?.score == null ? '–' : `${(estimate.score.value * 100).toFixed(1)} %`;

function linesOf(
  all: readonly TargetSummary[],
  nameOf: (target: number) => string,
  checks: readonly Check[],
): string[] {
  const first = all[0];
  const last = all.at(-1);
  if (first === undefined || last === undefined) return ['The evaluation has no results.'];
  const rows = ['overall', ...last.scorers.map(({ name }) => name)].map((name) => {
    const of = (one: TargetSummary) =>
      name === 'overall' ? one.overall : one.scorers.find((scorer) => scorer.name === name);
    const check = checks.findLast(({ scorer }) => scorer === name);
    return [
      plain(name),
      ...all.map((one) => percent(of(one))),
      ...(first === last ? [] : [deltaOf(of(first), of(last))]),
      check?.threshold == null
        ? ''
        : `${check.passed ? 'passed' : 'FAILED'}, at least ${check.threshold * 100} %`,
    ];
  });
  const head = [
    'score',
    ...all.map(({ target }) => nameOf(target)),
    ...(first === last ? [] : ['difference']),
    '',
  ];
  const facts = all.map(
    ({ target, run_cost_usd, latency_ms, overall }) =>
      `${nameOf(target)}: ${overall.cases} cases, $${run_cost_usd ?? '?'}, 95 % within ${latency_ms?.p95 ?? '?'} ms`,
  );
  return [...table([head, ...rows]), ...facts];
}

function deltaOf(from: Estimate | undefined, to: Estimate | undefined): string {
  if (from?.score == null || to?.score == null) return '–';
  const delta = (to.score.value - from.score.value) * 100;
  return `${delta >= 0 ? '+' : ''}${delta.toFixed(1)}`;
}

function shortOf(all: readonly TargetSummary[], passed: boolean): string {
  const scores = all.map(({ overall }) => percent(overall)).join(' → ');
  return `${scores}, ${passed ? 'passed' : 'FAILED'}`;
}

const maxClusters = 5;

function pairedLines({
  overall,
  flaky,
  clusters,
  cost_usd,
  latency_ms,
}: PairedComparison): string[] {
  const { score_difference: by, wins, losses, ties } = overall;
  const points = (value: number) => `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
  const difference =
    by === null
      ? 'not comparable'
      : `${points(by.value)} points (95 %: ${points(by.low)} to ${points(by.high)})`;
  const change = (unit: string, figure: PairedComparison['cost_usd']) =>
    `${figure.base ?? '?'} -> ${figure.value ?? '?'} ${unit}`;
  return [
    `By case: ${difference}; ${wins} better, ${losses} worse, ${ties} equal.`,
    `A run: ${change('USD', cost_usd)}, ${change('ms', latency_ms)}.`,
    ...clusters
      .slice(0, maxClusters)
      .map(
        ({ by: kind, value, lost, cases }) =>
          `Worse: ${lost} of ${cases} with ${kind} ${plain(value)}.`,
      ),
    ...(flaky.length === 0 ? [] : [`Repetitions disagree in ${flaky.length} cases.`]),
  ];
}
