import { parseConfig, previewConfig, selectAgent, selectVersionFor } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { mayUse } from '../../http/access.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, noSuchVersion } from '../../shared/failure.ts';
import { day, hour } from '../../shared/time.ts';
import { newSession } from '../new-session.ts';
import { ownAgent } from '../own-session.ts';
import { textOf } from '../send-schema.ts';
import { type SessionRow, selectKeepsContent } from '../store.ts';
import type { Asked } from '../tree/service.ts';
import { checkInputs, readInputs } from '../turn/instructions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import type { StartRun } from './schema.ts';

/** How long a run without a session can be looked up and repeated by its key; shorter where content is not to be kept. */
const keptFor = 30 * day;
const keptWithoutContent = hour;

/**
 * A run without a session: the one that holds it is made with it, is never shown, and is erased after a
 * while. Throws `not_found`, `agent_archived`, `validation_failed`, and `forbidden` for a draft of one
 * who may not change agents. With `reads_metadata` the form is filled from what has its fields' names there.
 */
export async function prepareOneShot(
  ctx: Ctx,
  agentName: string,
  given: StartRun,
  reads_metadata = false,
): Promise<Asked> {
  if (given.config !== undefined) refuseDraft(ctx);
  const [agents, versions, keeps] = await batch(ctx.db, [
    selectAgent(ctx.db, ctx.workspace_id, agentName),
    selectVersionFor(ctx.db, ctx.workspace_id, agentName, given.version),
    selectKeepsContent(ctx.db, ctx.workspace_id),
  ]);
  const agent = ownAgent(ctx, agents);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived: restore it first.');
  const [version] = versions;
  if (version === undefined) throw invalid('/version', noSuchVersion(given.version ?? ''));
  const draft =
    given.config === undefined ? undefined : await previewConfig(ctx, version, given.config);
  const { inputs: fields } = draft?.config ?? parseConfig(version.config);
  const asked = reads_metadata ? { ...given, inputs: readInputs(fields, given.metadata) } : given;
  checkInputs(fields, asked.inputs, reads_metadata ? '/metadata' : '/inputs');
  const create = oneShotSession(ctx, keeps[0]?.keeps_content ?? true, {
    ...asked,
    agent_id: agent.id,
  });
  const input: TurnInput = { text: textOf(asked), version: asked.version, on_busy: null, create };
  return { session_id: create.id, input: draft === undefined ? input : { ...input, draft } };
}

/** The session that holds a run which was asked for without one. */
const oneShotSession = (
  ctx: Ctx,
  keeps_content: boolean,
  {
    agent_id,
    end_user_id,
    inputs,
    version,
    metadata,
  }: Pick<SessionRow, 'agent_id' | 'end_user_id' | 'inputs' | 'version' | 'metadata'>,
): SessionRow =>
  newSession(ctx, {
    kind: 'one_shot',
    ...{ agent_id, end_user_id, inputs, version, metadata },
    expires_at: ctx.now() + (keeps_content ? keptFor : keptWithoutContent),
  });

function refuseDraft({ actor }: Ctx): void {
  if (actor.type === 'api_key' && !mayUse(actor, 'agents:write'))
    throw new Failure(
      'forbidden',
      'Trying a draft needs the permission agents:write, which the credential’s role does not have.',
    );
}
