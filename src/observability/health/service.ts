import type { Ctx } from '../../platform/context.ts';
import { seal, unseal } from '../../platform/vault.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { findWorkspace } from '../../workspaces/index.ts';
import type { Readiness } from './schema.ts';

/** Time-out of one check. */
const checkTimeoutMs = 3 * second;

type Checks = Readiness['checks'];

/**
 * Checks every dependency once, concurrently. Throws `unavailable` with the results when one fails.
 */
export async function checkReadiness(ctx: Ctx): Promise<Readiness> {
  const checks: Checks = {
    database: 'failed',
    files: 'failed',
    queue: 'failed',
    encryption: 'failed',
  };
  const check = async (name: keyof Checks, answer: Promise<unknown>) => {
    try {
      await inTime(answer);
      checks[name] = 'ok';
    } catch (error) {
      ctx.log.error('not_ready', { check: name, error });
    }
  };
  await Promise.all([
    check('database', findWorkspace(ctx)),
    check('files', ctx.files.check()),
    check('queue', ctx.jobs.check()),
    check('encryption', tryVault(ctx)),
  ]);
  const failed = Object.entries(checks).filter(([, state]) => state === 'failed');
  if (failed.length === 0) return { status: 'ok', checks };
  const names = failed.map(([name]) => name).join(', ');
  throw new Failure('unavailable', `Not ready: ${names}.`, { retryAfter: 5, extra: { checks } });
}

/** Seals and opens a probe, since without encryption keys no secret can be stored. */
async function tryVault({ config, workspace_id }: Ctx): Promise<void> {
  const place = { workspace_id, record: 'readiness', field: 'probe' };
  if ((await unseal(config, place, await seal(config, place, 'probe'))) !== 'probe')
    throw new Error('the opened secret differs from the sealed one');
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no response within ${checkTimeoutMs} ms`)),
    checkTimeoutMs,
  );
  try {
    await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
