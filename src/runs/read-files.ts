import type { AttachedFile } from '../db/schema/runs.ts';
import { DocumentFault, openOriginal } from '../documents/index.ts';
import { findNamedFiles } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { CodeInputFile } from '../platform/ports.ts';
import { type FileRequest, maxInputBytes, type ReadFiles } from '../tools/index.ts';
import type { AgentRun } from './agent-run.ts';

interface Original {
  /** Id in the key of the original. */
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly encoding: string | null;
  readonly byte_size: number;
}

/**
 * Returns a function that reads the files for code of a run: attachments, and named files of the agent's knowledge that the caller
 * of the run may read. What the run has read of its knowledge is recorded, as for a search.
 */
export const readFilesOf =
  (ctx: Ctx, { config, prompt, progress }: AgentRun) =>
  async ({ names, code }: FileRequest): Promise<ReadFiles> => {
    const { named, others } = attachmentsFor(prompt.files, code, names);
    const wanted = names.filter((name) => !prompt.files.some((file) => file.name === name));
    const { base_ids, filter, revisions } = config.knowledge;
    if (wanted.length > 0 && Object.keys(revisions ?? {}).length > 0)
      return refused(
        'The knowledge of this agent is pinned to a revision, so code cannot read its files.',
      );
    const found = await findNamedFiles(ctx, { base_ids, filter, names: wanted });
    const missing = wanted.filter((name) => !found.some((file) => file.name === name));
    if (missing.length > 0)
      return refused(
        `No attachment and no file of this agent's knowledge is named ${missing.join(', ')}.`,
      );
    progress.addSourceFiles(found.map(({ file_id }) => file_id));
    return openAll(ctx, [...named, ...found], others);
  };

const refused = (error: string): ReadFiles => ({ ok: false, error });

/** The newest attachment of each name that the code names; if it lists the files, the others too. */
function attachmentsFor(files: readonly AttachedFile[], code: string, names: readonly string[]) {
  const newest = [...new Map(files.map((file) => [file.name, file])).values()];
  const isNamed = ({ name }: AttachedFile) => names.includes(name) || code.includes(name);
  const others = /\bfiles\b/.test(code) ? newest.filter((file) => !isNamed(file)) : [];
  return { named: newest.filter(isNamed).map(fromAttachment), others: others.map(fromAttachment) };
}

const fromAttachment = ({ object_id, name, media_type, byte_size }: AttachedFile): Original => ({
  ...{ id: object_id, name, media_type, byte_size },
  encoding: null,
});

/** Opens the files one after another, since the text of a document may take a lot of memory. Others are left out where they do not fit. */
async function openAll(
  ctx: Ctx,
  named: readonly Original[],
  others: readonly Original[],
): Promise<ReadFiles> {
  const size = named.reduce((sum, { byte_size }) => sum + byte_size, 0);
  if (size > maxInputBytes)
    return refused(
      `Code reads at most ${maxInputBytes} bytes of files; ${named.map(({ name }) => name).join(', ')} have ${size}.`,
    );
  const files: CodeInputFile[] = [];
  for (const original of named) {
    const opened = await open(ctx, original);
    if (typeof opened === 'string') return refused(opened);
    files.push(opened);
  }
  let left = maxInputBytes - size;
  for (const original of others) {
    if (original.byte_size > left) continue;
    const opened = await open(ctx, original);
    if (typeof opened === 'string') continue;
    left -= original.byte_size;
    files.push(opened);
  }
  return { ok: true, files };
}

/** Returns what is wrong with a file that cannot be read. */
async function open(ctx: Ctx, { name, ...original }: Original): Promise<CodeInputFile | string> {
  try {
    const opened = await openOriginal(ctx, original);
    return opened === null ? `The file ${name} no longer exists.` : { name, ...opened };
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    return `${name} cannot be read: ${error.message}`;
  }
}
