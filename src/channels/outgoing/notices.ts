import type { FailureCode } from '../../shared/failure.ts';

/** What a user reads in place of an answer. Short, and without the reasons of the deployment. */
export const notices = {
  limit: 'The assistant has reached its usage limit and cannot answer now. Please try again later.',
  busy: 'The assistant is busy. Please send your message again in a few minutes.',
  unavailable: 'The assistant is not available at the moment.',
  unsupported: 'The assistant cannot use this message or its files.',
  failed: 'Your message could not be answered. Please send it again.',
  stopped: 'The answer was stopped.',
  expired: 'The approval was not given in time, so your request was not carried out.',
  empty: 'There is no answer to your message.',
  approval: 'Your request needs an approval. You will receive the answer here afterwards.',
  step: 'Your request needs one more step of our team. You will receive the answer here afterwards.',
  held: 'Your earlier request is still waiting for an approval. Your message is answered after it.',
} as const;

type Notice = keyof typeof notices;

const ofCode: Readonly<Partial<Record<FailureCode, Notice>>> = {
  budget_exceeded: 'limit',
  quota_exceeded: 'limit',
  share_limit: 'limit',
  validation_failed: 'unsupported',
  unsupported_media_type: 'unsupported',
  too_large: 'unsupported',
  rate_limited: 'busy',
  session_busy: 'busy',
  agent_archived: 'unavailable',
  forbidden: 'unavailable',
  workspace_suspended: 'unavailable',
  not_found: 'unavailable',
  provider_not_configured: 'unavailable',
  provider_auth: 'unavailable',
  run_cancelled: 'stopped',
  run_expired: 'expired',
};

/** Returns the text for a failure; that of an unknown one for any other code. */
export const noticeOf = (code: string): string => notices[ofCode[code as FailureCode] ?? 'failed'];

/** Why a received file is not read, in words for its sender. */
export const fileFaults = {
  too_large: 'too large',
  too_many: 'too many files',
  type: 'this type of file is not supported',
  unreadable: 'it cannot be read',
  download: 'it could not be downloaded',
} as const;

export interface UnreadFile {
  readonly name: string;
  readonly fault: keyof typeof fileFaults;
}

export const fileNotice = (files: readonly UnreadFile[]): string =>
  [
    files.length === 1 ? 'This file could not be used:' : 'These files could not be used:',
    ...files.map(({ name, fault }) => `${name}: ${fileFaults[fault]}`),
  ].join('\n');
