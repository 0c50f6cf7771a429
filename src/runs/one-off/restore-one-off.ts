import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type ActiveRun, begin } from '../active-run.ts';
import { selectRunContent } from '../store/contents.ts';
import { selectContentLogging } from '../store/runs.ts';
import { selectVersionOfRun } from '../store/versions.ts';
import type { SuspendedRun } from '../suspension/state.ts';
import { toRunVersion } from '../version.ts';
import { OneOffStorage } from './one-off-storage.ts';

/** Restores a waiting one-off run, on its own version. Null when it was erased. */
export async function restoreOneOff(ctx: Ctx, suspended: SuspendedRun): Promise<ActiveRun | null> {
  const { run, state } = suspended;
  const { db, workspace_id } = ctx;
  const [[content], [row], [settings]] = await batch(db, [
    selectRunContent(db, workspace_id, run.id),
    selectVersionOfRun(db, run.id, null),
    selectContentLogging(db, workspace_id),
  ]);
  if (content === undefined || row === undefined) return null;
  const { question, prompt, inputs, files, end_user_id, expires_at: kept_until } = content;
  const { overrides, draft, summary, message_id } = state;
  const version = toRunVersion(row);
  return {
    ...begin({ version, draft: draft ?? undefined, overrides, suspended }),
    ...{ run, end_user_id, kept_until, message_id },
    prompt: { question, given: prompt, history: [], summary, inputs, files },
    user_message_id: content.question_id,
    content_logging: settings?.content_logging ?? false,
    storage: new OneOffStorage(ctx, run, content),
  };
}
