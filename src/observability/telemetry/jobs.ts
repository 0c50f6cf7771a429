import type { JobHandler } from '../../platform/job-handler.ts';
import { exportWorkspace } from './export.ts';

/** The runs stay in their line, and the next tick promises another job. */
const noted = async () => undefined;

export const telemetryJobs: { readonly 'telemetry.export': JobHandler<'telemetry.export'> } = {
  'telemetry.export': { run: (ctx) => exportWorkspace(ctx), onExhausted: noted },
};
