import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { begin, type SuspendedRun, selectVersionOfRun, toRunVersion } from '../../runs/index.ts';
import { readableBranch } from '../readable.ts';
import { selectClaimedSession } from '../store/claims.ts';
import { selectMessage } from '../store/messages.ts';
import { readPath } from './session-state.ts';
import { type Turn, TurnStorage } from './turn.ts';

/** Makes a waiting turn active again, on its own version and with its branch up to the question. Null when it was erased. */
export async function restoreTurn(ctx: Ctx, suspended: SuspendedRun): Promise<Turn | null> {
  const { run, state } = suspended;
  const { db, workspace_id } = ctx;
  const [[claimed], [row], [user]] = await batch(db, [
    selectClaimedSession(db, workspace_id, run.session_id ?? ''),
    selectVersionOfRun(db, run.id, null),
    selectMessage(db, workspace_id, run.input_message_id ?? ''),
  ]);
  if (claimed === undefined || row === undefined || user === undefined) return null;
  const { content_logging, background_model, index_number, ...session } = claimed;
  const version = { ...toRunVersion(row), background_model };
  const { parent_id } = user;
  const path = parent_id === null ? [] : await readPath(ctx, session.id, parent_id, version);
  const reader = { ...ctx, groups: run.groups };
  const { history, isWhole } = await readableBranch(reader, session.id, path);
  const { overrides, draft, message_id } = state;
  const summary = isWhole ? state.summary : null;
  const turn: Turn = {
    ...begin({ version, draft: draft ?? undefined, overrides, suspended }),
    ...{ version, run, session, user, path, content_logging, message_id },
    prompt: {
      ...{ question: user.text, given: user.prompt, history, summary },
      facts: state.facts ?? [],
      ...{ inputs: session.inputs, files: user.attachments, note: session.hand_back_note },
    },
    end_user_id: session.end_user_id,
    kept_until: session.expires_at,
    requested: undefined,
    index_number,
    user_message_id: user.id,
    former_head: state.storage.former_head,
    outcome: { is_stored: false, answer: null },
    storage: new TurnStorage(ctx, () => turn),
  };
  return turn;
}
