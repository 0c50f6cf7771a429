import { Failure } from '../../../shared/failure.ts';
import { SourceFault } from '../fault.ts';

/** Converts the failure of an upload. Other errors are returned unchanged. */
export function faultOfFailure(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  const fault = (code: SourceFault['code'], isTemporary = false) =>
    new SourceFault(code, error.message, { cause: error, isTemporary });
  switch (error.code) {
    case 'quota_exceeded':
    case 'too_large':
    case 'unsupported_media_type':
      return fault(error.code);
    case 'validation_failed':
      return fault('empty_document');
    case 'conflict':
      return fault('internal', true);
    default:
      return error;
  }
}
