import { dimensions } from '../dimensions.ts';
import { ratio, type StoredMetric } from './metric.ts';

export const runs = {
  name: 'runs',
  kind: 'sum',
  from: 'run',
  read: () => 1,
  unit: 'runs',
  description: 'Runs that ended, without runs of drafts.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

export const chats = {
  name: 'chats',
  kind: 'distinct',
  from: 'run',
  read: ({ session_id }) => session_id,
  unit: 'sessions',
  description: 'Sessions with at least one run. Exact up to 200, then within about 2 %.',
  since: 1,
} as const satisfies StoredMetric;

const chats_started = {
  name: 'chats_started',
  kind: 'sum',
  from: 'run',
  read: ({ session_id, is_first }) => (session_id !== null ? is_first : null),
  unit: 'sessions',
  description: 'Sessions whose first run ended.',
  since: 1,
} as const satisfies StoredMetric;

export const messages = {
  name: 'messages',
  kind: 'sum',
  from: 'run',
  read: (run) => run.messages,
  unit: 'messages',
  description: 'Messages of users and answers.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

const unique_users = {
  name: 'unique_users',
  stored: 'users',
  kind: 'distinct',
  from: 'run',
  read: ({ end_user_id }) => end_user_id,
  unit: 'users',
  description: 'End users with at least one run. Exact up to 200, then within about 2 %.',
  since: 1,
} as const satisfies StoredMetric;

const chat_messages = {
  name: 'chat_messages',
  kind: 'sum',
  from: 'run',
  read: (run) => (run.session_id !== null ? run.messages : null),
  unit: 'messages',
  description: 'Messages of sessions.',
  since: 1,
} as const satisfies StoredMetric;

const messages_per_chat = ratio({
  name: 'messages_per_chat',
  from: [chat_messages, chats],
  read: ([part, whole]) => [part, whole],
  unit: 'messages',
  description: 'Messages for each session; 0 without sessions.',
  empty: 0,
});

export const calls = {
  name: 'calls',
  kind: 'sum',
  from: 'call',
  read: () => 1,
  unit: 'calls',
  description: 'Model calls, those of drafts included.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

export const input_tokens = {
  name: 'input_tokens',
  kind: 'sum',
  from: 'call',
  read: (call) => call.input_tokens,
  unit: 'tokens',
  description: 'Input tokens, those read from or written to a cache included.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

const cache_read_tokens = {
  name: 'cache_read_tokens',
  kind: 'sum',
  from: 'call',
  read: (call) => call.cache_read_tokens,
  unit: 'tokens',
  description: "Input tokens read from the provider's cache.",
  since: 1,
} as const satisfies StoredMetric;

const cache_write_tokens = {
  name: 'cache_write_tokens',
  kind: 'sum',
  from: 'call',
  read: (call) => call.cache_write_tokens,
  unit: 'tokens',
  description: "Input tokens written to the provider's cache.",
  since: 1,
} as const satisfies StoredMetric;

export const output_tokens = {
  name: 'output_tokens',
  kind: 'sum',
  from: 'call',
  read: (call) => call.output_tokens,
  unit: 'tokens',
  description: 'Output tokens, reasoning tokens included.',
  since: 1,
  along: dimensions,
} as const satisfies StoredMetric;

const reasoning_tokens = {
  name: 'reasoning_tokens',
  kind: 'sum',
  from: 'call',
  read: (call) => call.reasoning_tokens,
  unit: 'tokens',
  description: 'Reasoning tokens.',
  since: 1,
} as const satisfies StoredMetric;

/** Shown, in this order, as `usage`. */
export const usage = [
  runs,
  chats,
  chats_started,
  messages,
  unique_users,
  messages_per_chat,
  calls,
  input_tokens,
  cache_read_tokens,
  cache_write_tokens,
  output_tokens,
  reasoning_tokens,
] as const;
