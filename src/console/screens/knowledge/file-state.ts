import type { File } from '../../../client/index.ts';

/** The steps of the processing of a file, after its upload. */
export const steps = ['queued', 'extracting', 'chunking', 'embedding', 'indexing'] as const;
export type Step = (typeof steps)[number];

const isStep = (status: File['status']): status is Step =>
  (steps as readonly string[]).includes(status);

export const isProcessing = ({ status }: Pick<File, 'status'>): boolean => isStep(status);

/** Share of all steps, from 0 to 1, that is done. The upload counts as the first of them. */
export function shareOf({ status, progress }: Pick<File, 'status' | 'progress'>): number {
  if (!isStep(status)) return 1;
  return (1 + steps.indexOf(status) + progress) / (1 + steps.length);
}
