import {
  Problem,
  type RequiredApproval,
  readEvents,
  type StartRun,
  type StreamEvent,
} from '../../client/index.ts';
import { client } from '../api/api.ts';
import { emptyAnswer, type LiveAnswer, withEvent } from './live-answer.ts';

/** Times that a lost stream is joined again without an event in between. */
const maxRejoins = 6;

const streaming = { accept: 'text/event-stream' };

/**
 * Follows a run to its end, or until it waits for a person, and joins it again after a lost connection. `open` starts it and
 * may be repeated, since it has an idempotency key. Throws the `Problem` of a run that was refused.
 */
export async function followRun(
  open: () => Promise<Response>,
  onChange: (answer: LiveAnswer) => void,
  before: LiveAnswer = emptyAnswer,
): Promise<LiveAnswer> {
  let answer = before;
  let last = 0;
  let rejoins = 0;
  let request = open;
  for (;;) {
    const response = await request().catch((error: unknown) => {
      const isLost = error instanceof Problem && error.status === 0;
      if (!isLost || rejoins >= maxRejoins) throw error;
      return null;
    });
    if (response !== null) {
      const events = readEvents(response);
      for (;;) {
        const next = await events.next();
        if (next.done === true) {
          if (next.value) return answer;
          break;
        }
        if (next.value.id > 0) last = next.value.id;
        rejoins = 0;
        answer = withEvent(answer, next.value.event as unknown as StreamEvent);
        onChange(answer);
      }
    }
    if (navigator.onLine) {
      rejoins += 1;
      if (rejoins > maxRejoins) throw Problem.unreachable(null);
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 250 * 2 ** rejoins)));
    } else await new Promise((resolve) => addEventListener('online', resolve, { once: true }));
    const { run_id } = answer;
    request = run_id === null ? open : () => joinRun(run_id, last);
  }
}

/** Joins a run after one of its events; 0 is its beginning. */
export async function joinRun(run: string, after: number): Promise<Response> {
  const { response } = await client.GET('/api/v1/runs/{run}/events', {
    params: { path: { run } },
    headers: { ...streaming, 'last-event-id': String(after) },
    parseAs: 'stream',
  });
  return response;
}

/** Starts a run whose events are streamed. */
export async function startRun(agent: string, body: StartRun, key: string): Promise<Response> {
  const { response } = await client.POST('/api/v1/agents/{agent}/runs', {
    params: { path: { agent }, header: { 'Idempotency-Key': key } },
    body,
    headers: streaming,
    parseAs: 'stream',
  });
  return response;
}

/** Decides about calls that wait for approval; the run goes on once all are decided. */
export async function decideCalls(
  run: string,
  calls: readonly RequiredApproval[],
  decision: 'approve' | 'reject',
  key: string,
): Promise<Response> {
  const actions = calls.map(({ tool_call_id, digest }) => ({
    ...{ type: 'approval' as const, tool_call_id, digest, decision },
  }));
  const { response } = await client.POST('/api/v1/runs/{run}/actions', {
    params: { path: { run }, header: { 'Idempotency-Key': key } },
    body: { actions },
    headers: streaming,
    parseAs: 'stream',
  });
  return response;
}
