import type { JobHandler } from '../../platform/job-handler.ts';
import { exportWorkspace } from './export.ts';

/** Does nothing: the runs remain in the queue, and the next tick creates another job. */
const keepQueued = async () => undefined;

export const telemetryJobs: { readonly 'telemetry.export': JobHandler<'telemetry.export'> } = {
  'telemetry.export': { run: (ctx) => exportWorkspace(ctx), onExhausted: keepQueued },
};
