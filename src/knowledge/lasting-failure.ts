import { Failure, type FailureCode } from '../shared/failure.ts';

/** Failures that another attempt does not mend. */
const lasting: ReadonlySet<FailureCode> = new Set([
  'budget_exceeded',
  'credential_unusable',
  'provider_auth',
  'provider_not_configured',
  'revision_purged',
  'validation_failed',
]);

export const isLasting = (error: unknown): error is Failure =>
  error instanceof Failure && lasting.has(error.code);
