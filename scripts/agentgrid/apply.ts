import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ApiError } from '../client.ts';
import type { Api } from './api.ts';
import { CommandError, exits, usageError } from './exit.ts';
import { digestOf, isObject } from './manifests.ts';
import { type Output, plain } from './output.ts';
import type { Change, WholePlan } from './plan.ts';

const hashForm = /^[0-9a-f]{64}$/;

/** Writes what `apply` needs of a plan; it holds no part of a manifest. */
export function writePlanFile(path: string, { hash, changes }: WholePlan): void {
  const agents = changes.map(({ file, action }) => ({ slug: file.slug, action }));
  writeFileSync(
    path,
    `${JSON.stringify({ kind: 'agentgrid.plan', format: 1, hash, agents }, null, 2)}\n`,
  );
}

/** Returns the hash that was given, or the one of a plan file. */
export function readPlanHash(given: string | undefined): string {
  if (given === undefined)
    throw usageError(
      'apply needs --plan with the hash or the file of a plan. Run agentgrid plan first.',
    );
  if (hashForm.test(given)) return given;
  if (!existsSync(given)) throw usageError(`--plan must be a hash or a file; ${given} is neither.`);
  try {
    const file: unknown = JSON.parse(readFileSync(given, 'utf8'));
    if (isObject(file) && file.kind === 'agentgrid.plan' && hashForm.test(String(file.hash)))
      return String(file.hash);
  } catch {
    // Reported below.
  }
  throw usageError(`${given} is not a plan. Write one with agentgrid plan --out FILE.`);
}

export interface ApplyOptions {
  readonly activate: boolean;
  readonly label: string | undefined;
  readonly reason: string | undefined;
  readonly override_reason: string | undefined;
}

export interface Applied {
  readonly slug: string;
  readonly action: Change['action'];
  readonly version: number | null;
  readonly is_activated: boolean;
  readonly warnings: readonly string[];
}

interface Reply {
  readonly version: { readonly number: number } | null;
  readonly is_activated: boolean;
}

/** Applies a plan, agent by agent. Throws when one of them is not as it was planned; those before it are done and reported. */
export async function applyAll(
  api: Api,
  output: Output,
  { changes, hash }: WholePlan,
  given: string,
  options: ApplyOptions,
): Promise<Applied[]> {
  if (changes.every(({ action }) => action === 'none') && options.label === undefined) return [];
  if (hash !== given) throw outdated();
  const done: Applied[] = [];
  for (const change of changes) {
    const applied = await applyOne(api, change, hash, options).catch((error: unknown) => {
      throw refusalOf(error);
    });
    done.push(applied);
    output.note(sentenceOf(applied));
    for (const warning of applied.warnings) output.note(`  Warning: ${plain(warning)}`);
  }
  return done;
}

/** A 409 does not mean that the API failed: the plan is out of date, or the version has to pass an evaluation first. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.status !== 409) return error;
  if (error.code === 'conflict') return outdated(error.message);
  const cure =
    error.code === 'evaluation_required'
      ? ' Run agentgrid plan --eval before agentgrid apply.'
      : '';
  return new CommandError(exits.checks_failed, `${error.message}${cure}`);
}

const outdated = (why = '') =>
  new CommandError(
    exits.checks_failed,
    `The plan is out of date: an agent, a manifest or a dataset has changed since. Run agentgrid plan again.${why === '' ? '' : `\n  ${why}`}`,
  );

async function applyOne(
  api: Api,
  { file, action, plan }: Change,
  hash: string,
  { activate, label, reason, override_reason }: ApplyOptions,
): Promise<Applied> {
  const { slug, manifest } = file;
  const about = { slug, action };
  if (plan === null) return { ...about, ...(await create(api, slug, manifest, hash)) };
  if (action === 'none' && label === undefined)
    return { ...about, version: null, is_activated: false, warnings: [] };
  const json = { manifest, plan_hash: plan.plan_hash, activate, label, reason, override_reason };
  const reply = await api.call<Reply>('POST', `/agents/${slug}/plan/apply`, {
    json,
    // The same request again is answered from the first.
    idempotencyKey: `apply-${digestOf(json).slice(0, 48)}`,
  });
  return {
    ...about,
    version: reply.version?.number ?? null,
    is_activated: reply.is_activated,
    warnings: [],
  };
}

async function create(api: Api, slug: string, manifest: object, hash: string) {
  const made = await api.call<{ slug: string; warnings: string[] }>('POST', '/agents/import', {
    json: manifest,
    idempotencyKey: `create-${digestOf([hash, slug]).slice(0, 48)}`,
  });
  if (made.slug !== slug)
    throw new CommandError(
      exits.checks_failed,
      `Another agent took the slug ${slug} in the meantime; the new agent has the slug ${made.slug}.`,
    );
  return { version: 1, is_activated: true, warnings: made.warnings };
}

function sentenceOf({ slug, action, version, is_activated }: Applied): string {
  if (action === 'create') return `${slug}: created.`;
  if (version === null) return action === 'none' ? `${slug}: no changes.` : `${slug}: updated.`;
  return `${slug}: version ${version} ${is_activated ? 'is active' : 'was created and is not active'}.`;
}
