import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../client.ts';
import type { Api } from './api.ts';
import { syncDataset } from './dataset.ts';
import { CommandError, exits } from './exit.ts';
import type { ManifestFile } from './manifests.ts';
import type { Output } from './output.ts';
import { type Comparison, compare, type Evaluation, type PairedComparison } from './scores.ts';

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
  const draft = done.targets.findIndex(({ is_draft }) => is_draft);
  const base = done.targets.findIndex(({ is_draft }) => !is_draft);
  const paired =
    draft < 0 || base < 0
      ? null
      : await api.call<PairedComparison>(
          'GET',
          `/evaluations/${done.id}/comparison?with=${done.id}&target=${draft}&with_target=${base}`,
        );
  return compare(slug, settings, done, paired);
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
