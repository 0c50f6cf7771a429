import { parseConfig, previewConfig, selectAgent, selectVersionFor } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { subjectOf } from '../../experiments/index.ts';
import { mayUse } from '../../identity/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, versionNotFound } from '../../shared/failure.ts';
import { authorizeAgent, authorizeVersion, endUserOf } from '../access.ts';
import { withClientTools } from '../actions/client-tools.ts';
import { checkInputs, readInputs } from '../prompt/instructions.ts';
import { textOf } from '../schema/request.ts';
import type { OneOffInput } from './one-off-input.ts';
import type { StartRun } from './schema.ts';

/**
 * Checks the request of a one-off run. Throws `not_found`, `agent_archived`, `validation_failed`, and `forbidden` for
 * a draft of a caller who may not change agents. With `reads_metadata` the form is filled from the metadata entries
 * that have the names of its fields.
 */
export async function prepareOneOff(
  ctx: Ctx,
  agentName: string,
  given: StartRun,
  reads_metadata = false,
): Promise<OneOffInput> {
  if (given.config !== undefined) refuseDraft(ctx);
  authorizeVersion(ctx, given.version);
  const [agents, versions] = await batch(ctx.db, [
    selectAgent(ctx.db, ctx.workspace_id, agentName),
    selectVersionFor(ctx.db, ctx.workspace_id, agentName, given.version),
  ]);
  const agent = authorizeAgent(ctx, agents);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const [version] = versions;
  if (version === undefined) throw invalid('/version', versionNotFound(given.version ?? ''));
  const draft =
    given.config === undefined ? undefined : await previewConfig(ctx, version, given.config);
  const { inputs: fields } = draft?.config ?? parseConfig(version.config);
  const inputs = reads_metadata ? readInputs(fields, given.metadata) : given.inputs;
  checkInputs(fields, inputs, reads_metadata ? '/metadata' : '/inputs');
  const end_user_id = endUserOf(ctx, given.end_user_id);
  return {
    run_id: ctx.newId('run'),
    agent_id: agent.id,
    version: given.version,
    text: textOf(given),
    end_user_id,
    subject: await subjectOf(agent.id, { end_user_id, session_id: null }),
    inputs,
    labels: given.metadata,
    ...(draft === undefined ? {} : { draft }),
    ...withClientTools(given.tools),
    ...pastOf(given),
  };
}

/** The messages before the question, and the whole prompt for the record. */
function pastOf(given: StartRun): Pick<OneOffInput, 'past' | 'prompt'> {
  const { history = [] } = given;
  if (history.length === 0) return {};
  const all = [...history, { role: 'user' as const, text: textOf(given) }];
  return {
    past: { history, given: null },
    prompt: all.map(({ role, text }) => ({ role, content: [{ type: 'text', text }] })),
  };
}

function refuseDraft({ actor }: Ctx): void {
  if (!mayUse(actor, 'agents:write'))
    throw new Failure(
      'forbidden',
      'A draft requires the permission agents:write, which the role of this credential does not have.',
    );
}
