import type { Ctx } from '../../platform/context.ts';
import type { StoredFile } from '../../platform/ports.ts';
import { invalid } from '../../shared/failure.ts';
import type { FormatKind } from '../format.ts';
import { checkHead, identifyFormat } from '../identify.ts';
import { maxBytes } from '../supported.ts';
import { withCheckedHead } from './checked-head.ts';
import { FileName } from './file-name.ts';
import type { FilePart } from './multipart.ts';
import { bytesOf, originalKey } from './original.ts';

export interface ReceivedFile extends StoredFile {
  readonly name: string;
  readonly media_type: string;
}

/**
 * Checks name, type and first bytes of a file, and streams it to the original of `id`. Throws 413, 415
 * with the supported types of `kinds`, and 422 for a bad name or an empty file.
 */
export async function receiveFile(
  ctx: Ctx,
  id: string,
  part: FilePart,
  kinds: readonly FormatKind[],
): Promise<ReceivedFile> {
  const name = readName(part.name);
  const format = identifyFormat(name, part.media_type, kinds);
  const body = withCheckedHead(part.body, (head) => checkHead(name, format, head));
  const { media_type, kind } = format;
  const stored = await ctx.files.put(originalKey(ctx.workspace_id, id), body, {
    media_type,
    limit: maxBytes[kind],
  });
  if (stored.byte_size === 0) throw invalid('/file', `${name} is empty.`);
  return { name, media_type, ...stored };
}

/** Some clients send a path: its last segment is the name. */
function readName(path: string): string {
  const name = FileName.safeParse(path.split(/[\\/]/).at(-1));
  if (name.success) return name.data;
  const [issue] = name.error.issues;
  const reason = issue?.code === 'custom' ? ` ${issue.message}` : '';
  throw invalid('/file', `A file name must be one line of 1 to 255 visible characters.${reason}`);
}

/** Text that was sent in place of a file. A name without an extension gets `.txt`. */
export const textPart = ({
  name,
  text,
}: {
  readonly name: string;
  readonly text: string;
}): FilePart => ({
  name: /\.[A-Za-z0-9]{1,10}$/.test(name) ? name : `${name}.txt`,
  media_type: '',
  body: bytesOf(text),
});
