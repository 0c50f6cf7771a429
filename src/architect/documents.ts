import type { TestQuestion } from '../db/schema/architect.ts';
import { CreateBase, createBase, File, selectBeginnings, uploadFiles } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { questionsFrom } from './builtin/facts.ts';
import type { Phrases } from './builtin/languages.ts';
import type { GivenDocument } from './schema.ts';
import { type SessionRow, setBase } from './store.ts';

/** A document of the conversation that is stored. */
export interface StoredDocument extends GivenDocument {
  readonly file_id: string;
}

export interface Stored {
  readonly base_id: string | null;
  readonly documents: readonly StoredDocument[];
}

/**
 * Stores documents in the knowledge base of the session, which is created with the first of them. The same document again is the
 * same file.
 */
export async function storeDocuments(
  ctx: Ctx,
  session: SessionRow,
  documents: readonly GivenDocument[],
): Promise<Stored> {
  if (documents.length === 0) return { base_id: session.base_id, documents: [] };
  const unkeyed = { ...ctx, idempotency: null };
  let { base_id } = session;
  if (base_id === null) {
    const about = { name: 'Documents of a new agent', description: `Design session ${session.id}` };
    base_id = (await createBase(unkeyed, CreateBase.parse(about))).id;
    await setBase(ctx.db, session, base_id);
  }
  const stored: StoredDocument[] = [];
  for (const { name, text } of documents) {
    const body = { name: fileName(name), text };
    const [file] = (await uploadFiles(unkeyed, base_id, { body })).data;
    const id = File.shape.id.parse((file as { readonly id?: string } | undefined)?.id);
    stored.push({ name, text, file_id: id });
  }
  return { base_id, documents: stored };
}

/** Returns a name that is valid for a text file. */
function fileName(name: string): string {
  const plain = name
    .replaceAll(/[\p{Cc}\p{Cf}/\\:*?"<>|]+/gu, ' ')
    .replace(/^[. ]+/u, '')
    .trim();
  return /\.(?:md|txt|csv|html?|json)$/iu.test(plain) ? plain : `${plain || 'notes'}.md`;
}

/** Passages of knowledge bases that are read. */
const maxPassages = 12;

/** Returns questions that documents and knowledge bases answer. */
export async function deriveQuestions(
  ctx: Ctx,
  documents: readonly StoredDocument[],
  base_ids: readonly string[],
  phrases: Phrases,
): Promise<TestQuestion[]> {
  const passages =
    base_ids.length === 0
      ? []
      : await selectBeginnings(ctx.db, ctx.workspace_id, base_ids, maxPassages);
  const stored = passages.map(({ file_id, heading, text }) => {
    const topic = heading?.split(' > ').at(-1)?.trim() ?? '';
    return { file_id, text: topic === '' ? text : `# ${topic}\n${text}` };
  });
  return [...documents, ...stored].flatMap(({ text, file_id }) =>
    questionsFrom(text, phrases).map((question) => ({
      question,
      expects: 'answer' as const,
      file_id,
    })),
  );
}
