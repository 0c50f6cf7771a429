import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../client.ts';
import type { Api } from './api.ts';
import { syncDataset } from './dataset.ts';
import { CommandError, exits } from './exit.ts';
import type { EvaluationSettings, ManifestFile } from './manifests.ts';
import { type Output, plain, table } from './output.ts';

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

export interface Session {
  readonly api: Api;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The same API, which still works after Ctrl-C. */
  readonly cleanup: Api;
  readonly seconds: number;
}

const ended: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
const pollMs = 1500;

/**
 * Runs the dataset of a manifest against versions, and a draft if there is a configuration. Only the last target, the
 * one that is to be used, has to reach the thresholds. An evaluation that does not end here is cancelled.
 */
export async function evaluate(
  session: Session,
  { slug, evaluation: settings }: ManifestFile,
  targets: { readonly versions?: readonly string[]; readonly config?: object },
): Promise<Comparison | null> {
  if (settings === null) return null;
  const { api, output } = session;
  output.progress(`${slug}: dataset ${settings.name}`);
  const dataset = await syncDataset(api, settings);
  const started = await api.call<Evaluation>('POST', `/datasets/${dataset}/evaluations`, {
    json: {
      agent: slug,
      ...targets,
      ...settings.request,
      scorers: settings.scorers,
      label: 'agentgrid',
    },
  });
  const done = await waitFor(session, slug, started.id);
  return compare(slug, settings, done);
}

async function waitFor(
  { api, cleanup, output, signal, seconds }: Session,
  slug: string,
  id: string,
): Promise<Evaluation> {
  const until = Date.now() + seconds * 1000;
  try {
    for (;;) {
      const now = await api.call<Evaluation>('GET', `/evaluations/${id}`);
      const { done, total } = now.progress;
      output.progress(`${slug}: ${now.status}, ${done} of ${total} runs, $${now.cost_usd}`);
      if (now.status === 'completed') return now;
      if (ended.has(now.status) || now.error !== null)
        throw new CommandError(
          exits.checks_failed,
          `The evaluation ${id} of ${slug} is ${now.status}: ${now.error?.detail ?? now.error?.code ?? 'no reason given'}.`,
        );
      if (Date.now() > until)
        throw new CommandError(
          exits.api,
          `The evaluation ${id} did not end in ${seconds} seconds.`,
        );
      await wait(pollMs, undefined, { signal });
    }
  } catch (error) {
    await cancel(cleanup, output, id);
    throw error;
  }
}

async function cancel(api: Api, output: Output, id: string): Promise<void> {
  try {
    await api.call('POST', `/evaluations/${id}/cancel`);
    output.note(`Cancelled the evaluation ${id}.`);
  } catch (error) {
    // One that has ended by itself.
    if (error instanceof ApiError && error.status === 409) return;
    output.note(`The evaluation ${id} could not be cancelled: ${(error as Error).message}`);
  }
}

function compare(
  slug: string,
  { thresholds }: EvaluationSettings,
  { id, targets, summary }: Evaluation,
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
  const last = all.at(-1);
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
    lines: linesOf(all, nameOf, checks),
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
