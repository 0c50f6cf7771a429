import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { clientOutcome } from '../../execution/index.ts';
import { type AuditEntry, commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import { leaseFor } from '../active-run.ts';
import { auditOfDecisions, checkDecisions, decisionOf } from '../approvals/decide.ts';
import { recordDecisions } from '../approvals/store.ts';
import type { RunDriver } from '../driver.ts';
import { isWaiting, type RunRow, selectRun } from '../store/runs.ts';
import { eventsOf } from './finish-step.ts';
import { afterInput, afterSignIn, checkInputs, checkSignIns } from './requests.ts';
import { type RestoredRun, restoreRun } from './restore-run.ts';
import type { AnsweredAction } from './state.ts';
import { claimSuspended, selectBlocker, updateRequired, writeSuspension } from './store.ts';
import { requiredBy, requiresAction } from './suspend-run.ts';

/** An action with the digest by which a repeated one is recognized. */
interface Submitted {
  /** Its position in the request. */
  readonly index: number;
  readonly action: RunAction;
  readonly digest: string;
}

type Submission =
  /** The results were accepted, now or earlier, and the outcome is in the record of the run. */
  | { readonly type: 'recorded'; readonly is_joined: boolean }
  /** An earlier request has resumed the run, and it is running. */
  | { readonly type: 'running' }
  | { readonly type: 'expired' }
  /** All results are submitted, and none is stored yet. */
  | { readonly type: 'complete'; readonly resumption: Resumption };

export interface Resumption {
  readonly restored: RestoredRun;
  readonly answered: readonly AnsweredAction[];
  readonly digests: Readonly<Record<string, string>>;
}

/**
 * Accepts required actions. An action is accepted once; repeating it changes nothing. Throws
 * `not_found`, `validation_failed` for a call that the run does not wait for or arguments that do
 * not match its schema, `forbidden` for a caller who may not decide, and `conflict` for a different
 * action for the same call, arguments that are not those of the call, or a run that does not wait.
 */
export async function submitActions(
  ctx: Ctx,
  run_id: string,
  actions: readonly RunAction[],
  drivers: readonly RunDriver[],
): Promise<Submission> {
  const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
  if (run === undefined) throw notFound('run');
  const submitted = await Promise.all(actions.map(withDigest));
  const fresh = freshOf(run, submitted);
  if (fresh.length === 0)
    return run.status === 'running' ? { type: 'running' } : { type: 'recorded', is_joined: true };
  if ((run.expires_at ?? 0) <= ctx.now()) return { type: 'expired' };
  const restored = await restoreRun(ctx, run_id, drivers);
  if (restored === null) throw notWaiting(run);
  await checkDecisions(ctx, restored, fresh);
  await checkSignIns(ctx, restored, fresh);
  checkInputs(restored, fresh);
  const answered = [
    ...restored.suspended.state.answered,
    ...fresh.map((one) => toAnswered(ctx, one.action)),
  ];
  const digests = {
    ...run.answered_actions,
    ...Object.fromEntries(fresh.map(({ action, digest }) => [keyOf(action), digest])),
  };
  const resumption = { restored, answered, digests };
  if (requiredBy(restored.suspended.state.step, answered).length === 0)
    return { type: 'complete', resumption };
  await storePartial(ctx, resumption);
  return { type: 'recorded', is_joined: false };
}

/** A call may require several actions in turn: a decision, a sign-in, and answers. */
function keyOf(action: RunAction): string {
  if (action.type === 'input') return action.input_id;
  return action.type === 'sign_in' ? `sign_in:${action.tool_call_id}` : action.tool_call_id;
}

async function withDigest(action: RunAction, index: number): Promise<Submitted> {
  return { index, action, digest: await sha256(canonicalJson(contentOf(action))) };
}

function contentOf(action: RunAction) {
  if (action.type === 'tool_result') {
    const { output = null, error = null } = action;
    return { output, error };
  }
  if (action.type === 'sign_in') return { result: action.result };
  if (action.type === 'input') {
    const { action: choice, content = null } = action;
    return { choice, content };
  }
  const { decision, reason = null } = action;
  // An approved call keeps its arguments.
  return { decision, reason, arguments: decision === 'edit' ? action.arguments : null };
}

/**
 * Returns the actions that have not been submitted before. Throws for one that cannot be accepted.
 */
function freshOf(run: RunRow, submitted: readonly Submitted[]): Submitted[] {
  const required = new Map(
    (run.required_actions ?? []).map(({ tool_call_id, type }) => [tool_call_id, type]),
  );
  return submitted.filter(({ index, action, digest }) => {
    const { tool_call_id, type } = action;
    const earlier = run.answered_actions?.[keyOf(action)];
    if (earlier === digest) return false;
    if (earlier !== undefined)
      throw new Failure(
        'conflict',
        `The call ${tool_call_id} already has a different ${type === 'approval' ? 'decision' : 'result'}.`,
      );
    if (!isWaiting(run)) throw notWaiting(run);
    if (!required.has(tool_call_id))
      throw invalid(
        `/actions/${index}/tool_call_id`,
        `The run does not wait for the call ${tool_call_id}. It waits for: ${[...required.keys()].join(', ')}.`,
      );
    if (required.get(tool_call_id) !== type)
      throw invalid(
        `/actions/${index}/type`,
        `The call ${tool_call_id} requires an action of the type ${required.get(tool_call_id)}.`,
      );
    return true;
  });
}

const notWaiting = ({ id, status }: RunRow) =>
  new Failure('conflict', `The run does not wait for actions: its status is \`${status}\`.`, {
    extra: { run_id: id, run_status: status },
  });

function toAnswered(ctx: Ctx, action: RunAction): AnsweredAction {
  const common = {
    tool_call_id: action.tool_call_id,
    answered_at: ctx.now(),
    is_emitted: false,
  };
  if (action.type === 'approval') return { ...common, decision: decisionOf(ctx, action) };
  if (action.type === 'sign_in') return { ...common, ...afterSignIn(ctx, action) };
  if (action.type === 'input') return { ...common, ...afterInput(ctx, action) };
  const { output, error } = action;
  return { ...common, outcome: clientOutcome(error === undefined ? { output } : { error }) };
}

/**
 * Stores a part of the results: the run keeps waiting, and its events contain the actions still
 * required.
 */
async function storePartial(
  ctx: Ctx,
  { restored: { suspended, active, progress }, answered, digests }: Resumption,
): Promise<void> {
  const { waiting, state } = suspended;
  const run: RunRow = {
    ...waiting,
    required_actions: requiredBy(state.step, answered),
    answered_actions: digests,
  };
  const results = answered
    .filter(({ is_emitted }) => !is_emitted)
    .flatMap((action) => [...eventsOf(action, state.step)]);
  const next = {
    ...state,
    answered: answered.map((one) => ({ ...one, is_emitted: true })),
    events: [...state.events, ...results, requiresAction(active, progress.text, run)],
  };
  const statements = [
    updateRequired(ctx.db, run, run),
    ...writeSuspension(ctx.db, run.workspace_id, run.id, next, 'requires_action'),
    ...recordDecisions(ctx.db, run, answered, active.content_logging),
  ];
  await commitOrRefuse(ctx, run, statements, auditOfDecisions(state.step, answered));
}

/**
 * Makes the run running with all its results, or throws the reason why it cannot be resumed. Of
 * several requests one succeeds.
 */
export async function claimResumption(
  ctx: Ctx,
  { restored: { suspended, active }, answered, digests }: Resumption,
): Promise<void> {
  const now = ctx.now();
  const lease_until = now + leaseFor;
  const { required_actions, suspended_at, expires_at, waited_ms } = active.run;
  const change = {
    ...{ required_actions, suspended_at, expires_at, waited_ms, lease_until },
    answered_actions: digests,
  };
  const statements = [
    claimSuspended(ctx.db, suspended.waiting, change, now),
    ...recordDecisions(ctx.db, suspended.waiting, answered, active.content_logging),
    ...active.storage.hold(lease_until),
  ];
  const audit = auditOfDecisions(suspended.state.step, answered);
  await commitOrRefuse(ctx, { ...active.run, ...change }, statements, audit);
  Object.assign(active.run, { lease_until, answered_actions: digests });
}

/** `run` is the row after the change, by which a commit with a lost response is recognized. */
async function commitOrRefuse(
  ctx: Ctx,
  run: RunRow,
  statements: readonly Statement[],
  audit: readonly AuditEntry[],
): Promise<void> {
  const wasMade = async () => {
    const stored = await selectRun(ctx.db, run.workspace_id, run.id).get();
    const isAnswered =
      canonicalJson(stored?.answered_actions) === canonicalJson(run.answered_actions);
    return stored?.status === run.status && isAnswered;
  };
  try {
    await commitIdempotent(ctx, { statements, audit, pending: { run_id: run.id } }, wasMade);
  } catch (error) {
    const isRefused =
      isGuardViolation(error, 'runs.version_id') || isGuardViolation(error, 'suspended_runs.data');
    throw isRefused ? await reasonOf(ctx, run.id) : error;
  }
}

/** Returns the failure of a waiting run that could not be resumed. The run is unchanged. */
async function reasonOf(ctx: Ctx, id: string): Promise<Failure> {
  const [row] = await selectBlocker(ctx.db, ctx.workspace_id, id, ctx.now());
  if (row === undefined) return notFound('run');
  if (!isWaiting(row.run)) return notWaiting(row.run);
  if (row.is_archived)
    return new Failure('session_closed', 'The session is archived. Restore it to resume the run.');
  return row.is_expired
    ? new Failure('session_closed', 'The session has expired.')
    : new Failure('agent_archived', 'The agent is archived. Restore it to resume the run.');
}
