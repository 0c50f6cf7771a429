import type { Ctx } from '../platform/context.ts';
import type { StoredFile } from '../platform/ports.ts';
import { invalid } from '../shared/failure.ts';
import { toStream, withCheckedHead } from './checked-head.ts';
import { checkContent, kindOf, mediaTypeOf } from './media.ts';
import type { FilePart } from './multipart.ts';
import { streamOf } from './objects.ts';
import { FileName } from './schema.ts';

const maxFileBytes = 25 * 1024 * 1024;

/** What a file may be, once its name and its declared type are known. */
export interface FileType {
  readonly media_type: string;
  /** Bytes. */
  readonly limit: number;
  /** Throws 415 for first bytes that are something else. */
  readonly check: (head: Uint8Array) => void;
}

export interface Received extends StoredFile {
  readonly name: string;
  readonly media_type: string;
}

/** A document that text can be taken from. Throws 415, which tells what is supported: `others` besides. */
export function documentType(
  name: string,
  declared: string,
  others: readonly string[] = [],
): FileType {
  const kind = kindOf(name, declared, others);
  return {
    media_type: mediaTypeOf(kind),
    limit: maxFileBytes,
    check: (head) => checkContent(name, kind, head),
  };
}

/** Checks name, type and first bytes, and streams the rest to `key`. Throws 413, 415 and 422. */
export async function receiveFile(
  ctx: Ctx,
  key: string,
  part: FilePart,
  typeOf = documentType,
): Promise<Received> {
  // A path is not a name; some clients send one.
  const name = FileName.safeParse(part.name.split(/[\\/]/).at(-1));
  if (!name.success) {
    const [issue] = name.error.issues;
    const reason = issue?.code === 'custom' ? ` ${issue.message}` : '';
    throw invalid('/file', `A file name must be one line of 1 to 255 visible characters.${reason}`);
  }
  const { media_type, limit, check } = typeOf(name.data, part.media_type);
  const stored = await ctx.files.put(key, toStream(withCheckedHead(part.body, check)), {
    media_type,
    limit,
  });
  if (stored.byte_size === 0) throw invalid('/file', `${name.data} is empty.`);
  return { name: name.data, media_type, ...stored };
}

/** Text sent in place of a file; without an extension it is plain text. */
export const textPart = ({
  name,
  text,
}: {
  readonly name: string;
  readonly text: string;
}): FilePart => ({
  name: /\.[A-Za-z0-9]{1,10}$/.test(name) ? name : `${name}.txt`,
  media_type: '',
  body: streamOf(text),
});
