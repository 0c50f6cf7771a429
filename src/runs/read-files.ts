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
 * Returns a function that reads the files for code of a run: attachments that the code mentions, and named files of the agent's
 * knowledge that the caller of the run may read. What the run has read of its knowledge is recorded, as for a search.
 */
export const readFilesOf =
  (ctx: Ctx, { config, prompt, progress }: AgentRun) =>
  async ({ names, code }: FileRequest): Promise<ReadFiles> => {
    const attached = mentioned(prompt.files, code).map(fromAttachment);
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
        `There is no file named ${missing.join(', ')} among the attachments and the knowledge of this agent.`,
      );
    progress.addSourceFiles(found.map(({ file_id }) => file_id));
    return open(ctx, [...attached, ...found]);
  };

const refused = (error: string): ReadFiles => ({ ok: false, error });

/** The newest of each name. Code that lists the files gets all of them. */
function mentioned(files: readonly AttachedFile[], code: string): AttachedFile[] {
  const newest = [...new Map(files.map((file) => [file.name, file])).values()];
  return /\bfiles\b/.test(code) ? newest : newest.filter(({ name }) => code.includes(name));
}

const fromAttachment = ({ object_id, name, media_type, byte_size }: AttachedFile): Original => ({
  ...{ id: object_id, name, media_type, byte_size },
  encoding: null,
});

/** One after another, since a document may take a lot of memory while its text is extracted. */
async function open(ctx: Ctx, originals: readonly Original[]): Promise<ReadFiles> {
  const size = originals.reduce((sum, { byte_size }) => sum + byte_size, 0);
  if (size > maxInputBytes)
    return refused(
      `Code reads at most ${maxInputBytes} bytes of files; ${originals.map(({ name }) => name).join(', ')} have ${size}.`,
    );
  const files: CodeInputFile[] = [];
  for (const { name, ...original } of originals) {
    try {
      const opened = await openOriginal(ctx, original);
      if (opened === null) return refused(`The file ${name} no longer exists.`);
      files.push({ name, ...opened });
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      return refused(`${name} cannot be read: ${error.message}`);
    }
  }
  return { ok: true, files };
}
