import type { Feature } from '../http/feature.ts';
import type { RunDriver } from './driver.ts';
import { oneOffDriver } from './one-off/driver.ts';
import { eraseDueRuns } from './one-off/retention.ts';
import { closeLostRuns } from './recover/close-lost-runs.ts';
import { expireWaitingRuns } from './recover/expire-waiting-runs.ts';
import { runRoutes } from './routes.ts';
import type { NativeStream } from './stream/encoder.ts';

/** `native` is the stream protocol of the product's own API; `drivers` are those of the other features. */
export const runsFeature = (native: NativeStream, drivers: readonly RunDriver[]) =>
  ({
    routes: { '/api/v1': [runRoutes(native)] },
    tasks: {
      everyMinute: [
        { name: 'lost_runs', run: closeLostRuns([...drivers, oneOffDriver]) },
        { name: 'expired_runs', run: expireWaitingRuns },
      ],
      everyHour: [{ name: 'run_retention', run: eraseDueRuns }],
    },
    drivers: [oneOffDriver],
  }) satisfies Feature & { readonly drivers: unknown };
