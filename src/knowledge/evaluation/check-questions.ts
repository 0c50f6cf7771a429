import { batch } from '../../db/client.ts';
import type { ExpectedPassage } from '../../db/schema/retrieval.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Violation, validationFailed } from '../../shared/failure.ts';
import { textKey } from '../ingest/text-keys.ts';
import { searchableAttempt } from '../searchable.ts';
import { normalize } from './measure.ts';
import {
  type NamedFile,
  selectNamedFiles,
  selectSameQuestions,
  selectWrittenTexts,
} from './question-store.ts';

/** A question that is added, or the changes of `id`. */
export interface GivenQuestion {
  readonly id?: string;
  readonly pointer: string;
  readonly question?: string | undefined;
  readonly expected?: readonly ExpectedPassage[] | undefined;
}

/** Limits of the files whose text is read to find passages; passages of others are not checked. */
const maxFiles = 50;
const maxChars = 5_000_000;
const maxErrors = 100;

/**
 * Checks questions before they are stored: each is there once, and its files and passages are in the base. Throws
 * `validation_failed` with a pointer for each violation. A file that is not ready may get the passage yet.
 */
export async function checkQuestions(
  ctx: Ctx,
  base_id: string,
  given: readonly GivenQuestion[],
): Promise<void> {
  const { db, workspace_id } = ctx;
  const asked = given.flatMap(({ question }) => (question === undefined ? [] : [question]));
  const named = new Set(
    given.flatMap(({ expected = [] }) => expected.map(({ file_id }) => file_id)),
  );
  const [same, rows] = await batch(db, [
    selectSameQuestions(db, workspace_id, base_id, asked),
    selectNamedFiles(db, workspace_id, base_id, [...named]),
  ]);
  const files = new Map(rows.map((file) => [file.id, file]));
  const errors = [
    ...repeated(given, same),
    ...missingFiles(given, files),
    ...(await missingPassages(ctx, given, files)),
  ];
  if (errors.length > 0) throw validationFailed(errors.slice(0, maxErrors));
}

const keyOf = (question: string) => question.toLowerCase();

function repeated(
  given: readonly GivenQuestion[],
  same: readonly { readonly id: string; readonly question: string }[],
): Violation[] {
  const stored = new Map(same.map(({ id, question }) => [keyOf(question), id]));
  const seen = new Map<string, string>();
  return given.flatMap(({ id, pointer, question }) => {
    if (question === undefined) return [];
    const key = keyOf(question);
    const other = stored.get(key);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, `${pointer}/question`);
    const refused = (detail: string) => [{ pointer: `${pointer}/question`, detail }];
    if (other !== undefined && other !== id)
      return refused(`The knowledge base has this question already: ${other}.`);
    return first === undefined ? [] : refused(`Repeats the question at \`${first}\`.`);
  });
}

/** Expected passages with their pointers. */
const passagesOf = (given: readonly GivenQuestion[]) =>
  given.flatMap(({ pointer, expected = [] }) =>
    expected.map((passage, index) => ({ ...passage, pointer: `${pointer}/expected/${index}` })),
  );

const missingFiles = (
  given: readonly GivenQuestion[],
  files: ReadonlyMap<string, NamedFile>,
): Violation[] =>
  passagesOf(given)
    .filter(({ file_id }) => !files.has(file_id))
    .map(({ pointer }) => ({
      pointer: `${pointer}/file_id`,
      detail: 'Must be a file of this knowledge base.',
    }));

async function missingPassages(
  ctx: Ctx,
  given: readonly GivenQuestion[],
  files: ReadonlyMap<string, NamedFile>,
): Promise<Violation[]> {
  const open = new Map<string, { pointer: string; passage: string }[]>();
  for (const { file_id, text, pointer } of passagesOf(given)) {
    const passage = normalize(text ?? '');
    if (passage === '' || files.get(file_id)?.status !== 'ready') continue;
    open.set(file_id, [...(open.get(file_id) ?? []), { pointer, passage }]);
  }
  const errors: Violation[] = [];
  let chars = 0;
  for (const [id, passages] of [...open].slice(0, maxFiles)) {
    const file = files.get(id) as NamedFile;
    chars += file.char_count ?? 0;
    if (chars > maxChars) break;
    const text = normalize(await textOf(ctx, file));
    let left = passages.filter(({ passage }) => !text.includes(passage));
    if (left.length > 0) {
      const written = (await selectWrittenTexts(ctx.db, id)).map((one) => normalize(one.text));
      left = left.filter(({ passage }) => !written.some((one) => one.includes(passage)));
    }
    const detail = `${file.name} does not contain this passage. Copy it from \`GET /files/${id}/text\`.`;
    errors.push(...left.map(({ pointer }) => ({ pointer: `${pointer}/text`, detail })));
  }
  return errors;
}

async function textOf({ files, workspace_id }: Ctx, file: NamedFile): Promise<string> {
  const object = await files.get(textKey(workspace_id, file.id, searchableAttempt(file) ?? 0));
  return object === null ? '' : new Response(object.body).text();
}
