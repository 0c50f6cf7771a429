import type { commit } from '../../platform/commit.ts';
import type { FileRow } from '../file-store.ts';

/** Changes of one upload: the resulting rows, and what the batch contains for them. */
export interface Plan {
  /** In the order of the files of the upload. */
  readonly files: readonly PlannedFile[];
  readonly statements: Parameters<typeof commit>[1]['statements'];
  readonly jobs: NonNullable<Parameters<typeof commit>[1]['jobs']>;
  readonly audit: NonNullable<Parameters<typeof commit>[1]['audit']>;
}

interface PlannedFile {
  readonly row: FileRow;
  /** True for an existing file with this content. */
  readonly is_duplicate: boolean;
}

export const noChanges: Plan = { files: [], statements: [], jobs: [], audit: [] };

export const merge = (...plans: readonly Plan[]): Plan => ({
  files: plans.flatMap((plan) => plan.files),
  statements: plans.flatMap((plan) => plan.statements),
  jobs: plans.flatMap((plan) => plan.jobs),
  audit: plans.flatMap((plan) => plan.audit),
});
