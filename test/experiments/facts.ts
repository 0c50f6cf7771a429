import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { about, type Trial } from './support.ts';

interface Experiment {
  readonly id: string;
  readonly started_at: string;
  readonly variants: readonly { readonly id: string }[];
}

/** What happened in an experiment; `at` is in milliseconds after its start, `variant` an index. */
export interface Facts {
  readonly subjects: readonly { readonly subject: number; readonly variant: number }[];
  readonly runs: readonly {
    readonly subject: number;
    readonly session: string;
    readonly at: number;
    readonly latency?: number;
    /** Nano-USD. */
    readonly cost?: number | null | undefined;
    readonly status?: string;
    readonly rating?: string | undefined;
  }[];
  readonly events: readonly {
    readonly session: string;
    readonly at: number;
    readonly name: string;
    readonly value: number;
  }[];
}

/** One run of each of `count` subjects of each variant, rated and priced by its variant. */
export function facts(
  count: readonly number[],
  of: (variant: number, index: number) => Partial<Facts['runs'][number]>,
): Facts {
  const subjects = count.flatMap((number, variant) =>
    Array.from({ length: number }, (_, index) => ({
      subject: variant * 10_000 + index,
      variant,
      index,
    })),
  );
  return {
    subjects,
    runs: subjects.map(({ subject, variant, index }) => ({
      ...{ subject, session: `s${subject}`, at: 1 + index },
      ...of(variant, index),
    })),
    events: [],
  };
}

export const rating = (rate: number, index: number) => ({
  rating: index % 100 < rate * 100 ? 'up' : 'down',
});

/** Creates an experiment with other fields than the usual ones, and starts it. */
export async function startWith(trial: Trial, more: object = {}) {
  const { workspace, agent } = trial;
  const made = await workspace.post(`/agents/${agent}/experiments`, { ...about(trial), ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const started = await workspace.post(`/experiments/${made.body.id}/start`);
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  return started.body;
}

const insert = (table: string, rows: readonly object[]) => {
  const columns = Object.keys(rows[0] ?? {});
  const values = columns.map((column) => `value ->> '${column}'`);
  return rows.length === 0
    ? []
    : [
        env.DB.prepare(`insert into ${table} (${columns}) select ${values} from json_each(?)`).bind(
          JSON.stringify(rows),
        ),
      ];
};

/** Stores what turns would have stored. Returns the ids of the rated answers, in the order of the runs, and of sessions. */
export async function insertFacts(trial: Trial, experiment: Experiment, facts: Facts) {
  const { workspace, agent: agent_id } = trial;
  const workspace_id = workspace.id;
  const start = Date.parse(experiment.started_at);
  const own = { workspace_id, agent_id };
  const variantOf = (subject: number) => {
    const found = facts.subjects.find((one) => one.subject === subject);
    return experiment.variants[found?.variant ?? 0]?.id;
  };
  const names = new Map<string, number>();
  for (const { session, subject } of facts.runs) names.set(session, subject);
  for (const { session } of facts.events) if (!names.has(session)) names.set(session, 999);
  const sessions = new Map([...names.keys()].map((name) => [name, newId('ses')]));
  const runs = facts.runs.map((run) => ({ ...run, id: newId('run'), message_id: newId('msg') }));
  const rated = runs.filter(({ rating }) => rating !== undefined);
  await env.DB.batch([
    ...insert(
      'sessions',
      [...sessions].map(([name, id]) => ({
        ...{ id, ...own, subject: names.get(name), created_at: start, updated_at: start },
        ...{ inputs: '{}', metadata: '{}' },
      })),
    ),
    ...insert(
      'experiment_subjects',
      facts.subjects.map(({ subject }) => ({
        ...{ experiment_id: experiment.id, subject, workspace_id, variant_id: variantOf(subject) },
        ...{ epoch: 0, exposed_at: start },
      })),
    ),
    ...insert(
      'runs',
      runs.map(({ id, subject, session, at, latency = 1, cost = 0, status = 'completed' }) => ({
        ...{ id, ...own, version_id: trial.control, session_id: sessions.get(session), subject },
        ...{ experiment_id: experiment.id, variant_id: variantOf(subject), status },
        ...{ latency_ms: latency, cost_nano_usd: cost, lease_until: 0, created_at: start },
        ended_at: start + at,
      })),
    ),
    ...insert(
      'messages',
      rated.map(({ id, session, message_id }, seq) => ({
        ...{ id: message_id, workspace_id, session_id: sessions.get(session), seq: seq + 1 },
        ...{
          depth: 1,
          role: 'assistant',
          text: 'Fine.',
          citations: '[]',
          run_id: id,
          created_at: start,
        },
      })),
    ),
    ...insert(
      'feedback',
      rated.map(({ id, session, message_id, rating, at }) => ({
        ...{
          id: newId('fb'),
          ...own,
          version_id: trial.control,
          session_id: sessions.get(session),
        },
        ...{ message_id, run_id: id, end_user_id: '', rating, tags: '[]' },
        ...{ created_at: start + at, updated_at: start + at },
      })),
    ),
    ...insert(
      'session_events',
      facts.events.map(({ session, at, name, value }) => ({
        ...{ id: newId('sev'), ...own, session_id: sessions.get(session), name, value },
        ...{ metadata: '{}', created_at: start + at },
      })),
    ),
  ]);
  return { ratedMessages: rated.map(({ message_id }) => message_id), sessions };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
type Cell = { readonly subjects: number; readonly epoch: number; readonly sums: any };

/** Returns the totals of an experiment, in the order of its variants. */
export async function totalsOf({ id, variants }: Pick<Experiment, 'id' | 'variants'>) {
  const { results } = await env.DB.prepare(
    'select variant_id, epoch, subjects, sums from experiment_totals where experiment_id = ? order by epoch',
  )
    .bind(id)
    .all<{ variant_id: string; epoch: number; subjects: number; sums: string }>();
  const cells = results.map((row) => ({ ...row, sums: JSON.parse(row.sums) }));
  return variants.flatMap((variant) =>
    cells.filter((cell) => cell.variant_id === variant.id),
  ) as unknown as [Cell, Cell];
}
