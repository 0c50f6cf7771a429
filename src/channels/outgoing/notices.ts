import type { Notices } from '../../shared/chat-texts/english.ts';
import { noticesIn } from '../../shared/chat-texts/languages.ts';
import type { FailureCode } from '../../shared/failure.ts';
import type { ThreadRow } from '../store.ts';

type Notice = Exclude<keyof Notices, `file_${string}`>;

/** Returns the texts of notices in the language of a thread. */
export const noticesFor = ({ language }: Pick<ThreadRow, 'language'>): Notices =>
  noticesIn[language ?? 'en'];

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

/** Returns the notice of a failure; that of an unknown one for any other code. */
export const noticeOf = (code: string): Notice => ofCode[code as FailureCode] ?? 'failed';

export interface UnreadFile {
  readonly name: string;
  /** Why a received file is not read. */
  readonly fault: 'too_large' | 'too_many' | 'type' | 'unreadable' | 'download';
}

export const fileNotice = (texts: Notices, files: readonly UnreadFile[]): string =>
  [
    files.length === 1 ? texts.unreadFile : texts.unreadFiles,
    ...files.map(({ name, fault }) => `${name}: ${texts[`file_${fault}`]}`),
  ].join('\n');
