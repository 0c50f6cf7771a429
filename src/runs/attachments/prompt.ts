import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { type Passage, writePassages } from '../../llm/index.ts';
import type { HistoryMessage } from '../prompt/history.ts';
import type { AttachmentContext, Included } from './context.ts';
import { mapReferences, referencesIn } from './references.ts';

/** Writes a message of the user: images, then documents as untrusted data around the text. */
export function userMessage(
  text: string,
  attached: readonly Included[],
  found: readonly Passage[] = [],
): LanguageModelV4Message {
  const images = attached.flatMap(({ image }) => image ?? []);
  const passages = [...attached.flatMap(passagesOf), ...found];
  return {
    role: 'user',
    content: [
      ...images,
      { type: 'text', text: passages.length === 0 ? text : writePassages(passages, text) },
    ],
  };
}

const passagesOf = ({ file, passages }: Included): Passage[] =>
  passages.map((passage) => ({ number: null, name: file.name, ...passage }));

type Sent = Pick<HistoryMessage, 'text' | 'prompt'> & { readonly id?: string };

/** The positions of the attachments in a prompt. */
export interface Placed {
  /** The attachments in a message of the history. */
  readonly with: (message: Sent) => readonly Included[];
  /** The attachments in the message that is answered. */
  readonly here: readonly Included[];
  /** Returns a message of the caller with its references replaced by the files. */
  readonly filled: (message: LanguageModelV4Message) => LanguageModelV4Message;
}

/**
 * Places attachments. Whole ones stay in their message, so that prompts share a prefix. Passages
 * are chosen for the question and placed beside it, as are attachments of messages that are no
 * longer sent.
 */
export function placeAttachments(
  { included }: AttachmentContext,
  history: readonly Sent[],
  given: readonly LanguageModelV4Message[] | null = null,
): Placed {
  const sent = new Set(history.filter(({ prompt }) => prompt == null).map(({ id }) => id));
  const named = new Set(
    [...history.flatMap(({ prompt }) => prompt ?? []), ...(given ?? [])].flatMap(referencesIn),
  );
  const question = given?.findLast(({ role }) => role === 'user');
  const inQuestion = new Set(question === undefined ? [] : referencesIn(question));
  // A document of the question is placed beside the passages found for it; an image keeps its
  // position.
  const isThere = ({ file, isWhole, image }: Included) =>
    isWhole &&
    ((named.has(file.object_id) && (image !== null || !inQuestion.has(file.object_id))) ||
      sent.has(file.message_id));
  const there = new Map(included.filter(isThere).map((one) => [one.file.object_id, one]));
  return {
    with: ({ id }) => included.filter((one) => isThere(one) && one.file.message_id === id),
    here: included.filter((one) => !isThere(one)),
    filled: (message) => fillReferences(message, (object_id) => there.get(object_id)),
  };
}

/** Replaces references like `userMessage`. Attachments that are left out or placed at the question are removed. */
function fillReferences(
  message: LanguageModelV4Message,
  find: (object_id: string) => Included | undefined,
): LanguageModelV4Message {
  if (message.role !== 'user' || referencesIn(message).length === 0) return message;
  const documents = referencesIn(message)
    .flatMap((object_id) => find(object_id) ?? [])
    .filter(({ image }) => image === null);
  const filled = mapReferences(message, (object_id) => [find(object_id)?.image ?? []].flat());
  const passages = documents.flatMap(passagesOf);
  if (passages.length === 0 || filled.role !== 'user') return filled;
  const texts = filled.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const others = filled.content.filter(({ type }) => type !== 'text');
  return {
    ...filled,
    content: [...others, { type: 'text', text: writePassages(passages, texts.join('\n\n')) }],
  };
}
