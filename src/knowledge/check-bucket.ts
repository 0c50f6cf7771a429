import type { ImportBuckets } from '../platform/ports.ts';
import { invalid } from '../shared/failure.ts';

/** Throws `validation_failed` for a bucket that the workspace may not read. */
export function checkBucket({ names }: ImportBuckets, bucket: string, pointer: string): void {
  if (names.includes(bucket)) return;
  const known =
    names.length === 0
      ? 'The operator of the deployment has set up none for this workspace.'
      : `Buckets of this workspace: ${names.join(', ')}.`;
  throw invalid(pointer, `Unknown bucket \`${bucket}\`. ${known}`);
}
