import { z } from 'zod';
import { Failure } from '../shared/failure.ts';

const Settings = z.object({
  ROOT_KEY: z.string().min(20, 'ROOT_KEY must have at least 20 characters; see .dev.vars.example'),
});

/** Validated settings of the deployment. */
export interface Config {
  readonly root_key: string;
  /** Signs cursors. */
  readonly signing_secret: string;
  /** Seals stored replies. */
  readonly sealing_secret: string;
}

const parsed = new WeakMap<object, Config>();

/** Throws `unavailable` with the names of what is missing, never with values. */
export function readConfig(env: object): Config {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = Settings.safeParse(env);
  if (!result.success) {
    throw new Failure('unavailable', `The deployment is not configured: ${result.error.issues.map((issue) => issue.message).join('; ')}.`);
  }
  const { ROOT_KEY } = result.data;
  const config = { root_key: ROOT_KEY, signing_secret: `cursor:${ROOT_KEY}`, sealing_secret: `reply:${ROOT_KEY}` };
  parsed.set(env, config);
  return config;
}
