import type { Failure } from '../../shared/failure.ts';
import type { ScoreError } from './score-result.ts';

const temporary: ReadonlySet<string> = new Set([
  'rate_limited',
  'provider_error',
  'provider_timeout',
  'unavailable',
  'workspace_suspended',
]);

/** Returns the failure of a model call as that of a score. */
export const toScoreError = ({ code, message }: Failure): ScoreError => ({
  code,
  detail: message,
  is_temporary: temporary.has(code),
});
