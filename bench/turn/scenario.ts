import type { Load } from './load.ts';
import type { Workspace } from './server.ts';

/** One kind of turn under one kind of load. */
export interface Scenario {
  readonly tokens: number;
  /** Milliseconds until the first output of the provider. */
  readonly delay_ms: number;
  readonly connections: number;
  readonly mode: 'stream' | 'json';
  /** True sends each token in a separate packet. */
  readonly isPaced?: boolean;
}

export const nameOf = ({ tokens, delay_ms, connections, mode, isPaced }: Scenario) =>
  `${mode} ${tokens} tokens${isPaced ? ', a packet each' : ''}, ${delay_ms} ms, ${connections} connections`;

/** The name of the model, which `provider.ts` plays. */
export const scriptOf = ({ tokens, delay_ms, isPaced }: Scenario) =>
  `t${tokens}-d${delay_ms}${isPaced ? '-paced' : ''}`;

/** Both kinds of turn, for the guard of CI. */
export const basic: readonly Scenario[] = [
  { tokens: 20, delay_ms: 0, connections: 10, mode: 'json' },
  { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream' },
];

const quick: readonly Scenario[] = [
  { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream' },
  { tokens: 200, delay_ms: 0, connections: 10, mode: 'stream' },
  { tokens: 20, delay_ms: 0, connections: 10, mode: 'json' },
  { tokens: 200, delay_ms: 0, connections: 10, mode: 'json' },
  { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream', isPaced: true },
  { tokens: 200, delay_ms: 0, connections: 10, mode: 'stream', isPaced: true },
  { tokens: 20, delay_ms: 50, connections: 1, mode: 'stream' },
];

/** Returns the quick scenarios or the whole matrix, restricted to names that contain `only`. */
export function scenarios(isFull: boolean, only: string): readonly Scenario[] {
  const all = [1, 10, 50].flatMap((connections) =>
    (['stream', 'json'] as const).flatMap((mode) =>
      [0, 50].flatMap((delay_ms) =>
        [20, 200].map((tokens): Scenario => ({ tokens, delay_ms, connections, mode })),
      ),
    ),
  );
  const chosen = isFull ? [...all, ...quick.filter(({ isPaced }) => isPaced)] : quick;
  return chosen.filter((scenario) => nameOf(scenario).includes(only));
}

/** Returns a number of turns that takes some seconds. */
export function turnsOf({ connections, tokens }: Scenario): number {
  if (connections === 1 || tokens > 20) return 100;
  return connections > 10 ? 500 : 300;
}

/** Returns the request of a turn; without a workspace, the one that the relay forwards. */
export function requestOf(
  workspace: Workspace | null,
  scenario: Scenario,
): Pick<Load, 'headers' | 'body' | 'first' | 'last'> {
  const isJson = scenario.mode === 'json';
  const headers = {
    'content-type': 'application/json',
    accept: isJson ? 'application/json' : 'text/event-stream',
  };
  const content = 'How does it work?';
  if (workspace === null) {
    const messages = [{ role: 'user', content }];
    const body = JSON.stringify({ model: scriptOf(scenario), stream: true, messages });
    return { headers, body, first: 'word0', last: '[DONE]' };
  }
  return {
    headers: { ...headers, authorization: `Bearer ${workspace.key}` },
    body: JSON.stringify({ message: content }),
    first: 'word0',
    last: isJson ? '"status":"completed"' : '[DONE]',
  };
}
