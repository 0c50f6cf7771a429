import type { Measures } from '../../src/analytics/measures.ts';
import type { Call, History, Rating, Run } from './support.ts';

/** Everything a plain pass over the rows says about an agent (null: all) between two instants. */
export function recount(
  history: History,
  agent_id: string | null,
  start: number,
  end: number,
): Measures {
  const isOf = (row: { agent_id: string | null }) => agent_id === null || row.agent_id === agent_id;
  const calls = history.calls.filter(
    (call) => isOf(call) && call.created_at >= start && call.created_at < end,
  );
  const runs = history.runs.filter(
    (run) => isOf(run) && !run.is_preview && run.ended_at >= start && run.ended_at < end,
  );
  const ratings = history.ratings.filter(
    (rating) => isOf(rating) && rating.created_at >= start && rating.created_at < end,
  );
  const cost = total(calls, ({ cost_nano_usd }) => cost_nano_usd ?? 0);
  return {
    ...ofRuns(history, runs),
    ...mergeUsage(history, runs, calls),
    quality: qualityOf(runs, ratings),
    cost: costOf(history, runs, calls, cost),
  };
}

const total = <Row>(rows: readonly Row[], of: (row: Row) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0);
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
const messagesIn = (run: Run) => (run.status === 'failed' ? 1 : 2);

function sessionOf(history: History, run: Run) {
  const session = history.sessions.find(({ id }) => id === run.session_id);
  if (session === undefined) throw new Error(`no session ${run.session_id}`);
  return session;
}

const chatsOf = (history: History, runs: readonly Run[]) =>
  runs.filter((run) => sessionOf(history, run).kind === 'chat');
const distinct = (values: readonly (string | null)[]) =>
  new Set(values.filter((value) => value !== null)).size;

function mergeUsage(
  history: History,
  runs: readonly Run[],
  calls: readonly Call[],
): Pick<Measures, 'usage'> {
  const chats = chatsOf(history, runs);
  const isFirst = (run: Run) =>
    history.runs.every(({ id, session_id }) => session_id !== run.session_id || id >= run.id);
  return {
    usage: {
      runs: runs.length,
      chats: distinct(chats.map(({ session_id }) => session_id)),
      chats_started: chats.filter(isFirst).length,
      messages: total(runs, messagesIn),
      unique_users: distinct(runs.map((run) => sessionOf(history, run).end_user_id)),
      messages_per_chat: share(
        total(chats, messagesIn),
        distinct(chats.map(({ session_id }) => session_id)),
      ),
      calls: calls.length,
      input_tokens: total(calls, ({ input_tokens }) => input_tokens ?? 0),
      cache_read_tokens: 0,
      cache_write_tokens: 0,
      output_tokens: total(calls, ({ output_tokens }) => output_tokens ?? 0),
      reasoning_tokens: 0,
    },
    ...{ performance: performanceOf(runs, calls) },
  };
}

const ofRuns = (_history: History, runs: readonly Run[]): Pick<Measures, 'performance'> => ({
  performance: performanceOf(runs, []),
});

const performanceOf = (runs: readonly Run[], calls: readonly Call[]): Measures['performance'] => ({
  latency_ms: timesOf(runs.map(({ latency_ms }) => latency_ms)),
  first_token_ms: timesOf(runs.map(({ first_token_ms }) => first_token_ms)),
  call_latency_ms: timesOf(calls.map(({ latency_ms }) => latency_ms)),
  error_rate: share(
    runs.filter(({ status }) => status === 'failed' || status === 'interrupted').length,
    runs.length,
  ),
  call_error_rate: share(calls.filter(({ status }) => status === 'error').length, calls.length),
  runs_by_status: Object.fromEntries(
    [...Map.groupBy(runs, ({ status }) => status)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([status, list]) => [status, list.length]),
  ),
});

function timesOf(values: readonly (number | null)[]): Measures['performance']['latency_ms'] {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const at = (part: number) => sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] as number;
  return {
    mean: total(sorted, (value) => value) / sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}

function qualityOf(runs: readonly Run[], ratings: readonly Rating[]): Measures['quality'] {
  const known = runs.filter(({ confidence }) => confidence !== null);
  const covered = (coverage: string) => runs.filter((run) => run.coverage === coverage).length;
  const rated = (...values: string[]) =>
    ratings.filter(({ rating }) => values.includes(rating)).length;
  const [positive, neutral, negative] = [
    rated('up', '4', '5'),
    rated('3'),
    rated('down', '1', '2'),
  ];
  return {
    confidence:
      known.length === 0 ? null : total(known, ({ confidence }) => confidence ?? 0) / known.length,
    coverage: { full: covered('full'), partial: covered('partial'), none: covered('none') },
    feedback: { positive, neutral, negative },
    approval_rate: positive + negative === 0 ? null : positive / (positive + negative),
    // Histories have no scores of live answers; those are tested with their scorers.
    ...{ online_score: null, online_scores: { passed: 0, failed: 0 } },
  };
}

function costOf(
  history: History,
  runs: readonly Run[],
  calls: readonly Call[],
  cost: number,
): Measures['cost'] {
  const answers = runs.filter(({ status }) => status !== 'failed').length;
  const chats = distinct(chatsOf(history, runs).map(({ session_id }) => session_id));
  return {
    total_usd: cost / 1e9,
    per_message_usd: share(cost, answers) / 1e9,
    per_session_usd: share(cost, chats) / 1e9,
    unpriced_calls: calls.filter(({ cost_nano_usd }) => cost_nano_usd === null).length,
    estimated_calls: 0,
  };
}

/** Every difference between what was counted and what is right: equal, but percentiles, which may be 2 % off. */
export function differences(actual: Measures, expected: Measures): string[] {
  const found: string[] = [];
  const compare = (path: string, a: unknown, b: unknown) => {
    if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        compare(
          `${path}.${key}`,
          (a as Record<string, unknown>)[key],
          (b as Record<string, unknown>)[key],
        );
      return;
    }
    if (typeof a === 'number' && typeof b === 'number') {
      const allowed = /\.p\d\d$/.test(path) ? 0.02 * b : 1e-6 * Math.max(1, Math.abs(b));
      if (Math.abs(a - b) <= allowed) return;
    } else if (a === b) return;
    found.push(`${path}: ${a} instead of ${b}`);
  };
  compare('', actual, expected);
  return found;
}
