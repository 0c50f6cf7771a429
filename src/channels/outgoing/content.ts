import { originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Message, selectMessagesOfRun, selectRun, toMessage } from '../../runs/index.ts';
import { selectAttachment, selectMessage } from '../../sessions/index.ts';
import type { Notices } from '../../shared/chat-texts/english.ts';
import type { OutboundFile } from '../adapter.ts';
import { maxFileBytes } from '../call-api.ts';
import type { DeliveryRow } from '../store.ts';

interface Content {
  readonly text: string;
  readonly files: readonly OutboundFile[];
}

const maxFiles = 10;

/** Returns what a delivery sends: the answer of a run, or the reply of a person. Null when it was erased. `texts` are those of the thread. */
export async function contentOf(
  ctx: Ctx,
  { source_id, session_id, notice }: DeliveryRow,
  texts: Notices,
): Promise<Content | null> {
  if (notice !== null) return { text: notice, files: [] };
  const message = source_id.startsWith('run_')
    ? await answerOf(ctx, source_id)
    : await replyOf(ctx, source_id, session_id);
  if (message === null) return null;
  const refs = [
    ...message.attachments.map(({ id, ...file }) => ({ ...file, id })),
    ...message.parts.flatMap((part) => (part.type === 'file' ? part : [])),
  ];
  const files: OutboundFile[] = [];
  const omitted: string[] = [];
  for (const [index, { id, name, media_type, byte_size }] of refs.entries()) {
    const isSent = index < maxFiles && byte_size <= maxFileBytes;
    const object = isSent ? await ctx.files.get(await keyOf(ctx, id)) : null;
    if (object === null) omitted.push(texts.notSent.replace('{name}', () => name));
    else {
      const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
      files.push({ name, media_type, bytes });
    }
  }
  const text = [withSources(message, texts), ...omitted].filter(Boolean).join('\n\n');
  return { text, files };
}

async function answerOf(ctx: Ctx, run_id: string): Promise<Message | null> {
  const [rows, run] = await Promise.all([
    selectMessagesOfRun(ctx.db, ctx.workspace_id, run_id).all(),
    selectRun(ctx.db, ctx.workspace_id, run_id).get(),
  ]);
  const answer = rows.find(({ role }) => role === 'assistant');
  return answer === undefined ? null : toMessage(answer, run);
}

async function replyOf(ctx: Ctx, id: string, session_id: string): Promise<Message | null> {
  const row = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  return row?.session_id === session_id ? toMessage(row, undefined) : null;
}

/** The object of a file: an attachment may share that of another one. */
async function keyOf(ctx: Ctx, id: string): Promise<string> {
  if (!id.startsWith('att_')) return originalKey(ctx.workspace_id, id);
  const row = await selectAttachment(ctx.db, ctx.workspace_id, id).get();
  return originalKey(ctx.workspace_id, row?.object_id ?? id);
}

/** Adds the sources that the answer cites. */
function withSources({ text, citations }: Message, texts: Notices): string {
  const lines = citations.map((one) =>
    one.type === 'url'
      ? `[${one.number}] ${one.title} ${one.url}`
      : `[${one.number}] ${one.file_name}${one.page === null ? '' : `, ${texts.page.replace('{page}', String(one.page))}`}`,
  );
  return lines.length === 0 ? text : `${text}\n\n${[...new Set(lines)].join('\n')}`;
}
