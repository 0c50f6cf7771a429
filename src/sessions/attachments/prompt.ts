import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { type Passage, writePassages } from '../../llm/index.ts';
import type { HistoryMessage } from '../turn/history.ts';
import type { AttachmentContext, Included } from './context.ts';

/** A user's message as a model gets it: images, then documents as untrusted data around what was said. */
export function userMessage(text: string, attached: readonly Included[], found: readonly Passage[] = []): LanguageModelV4Message {
  const images = attached.flatMap(({ image }) => image ?? []);
  const passages = [...attached.flatMap(passagesOf), ...found];
  return { role: 'user', content: [...images, { type: 'text', text: passages.length === 0 ? text : writePassages(passages, text) }] };
}

const passagesOf = ({ file, passages }: Included): Passage[] => passages.map((passage) => ({ number: null, name: file.name, ...passage }));

type Sent = Pick<HistoryMessage, 'text'> & { readonly id?: string };

/** Where the attachments of a prompt stand. */
export interface Placed {
  /** In this message of the history. */
  readonly with: (message: Sent) => readonly Included[];
  /** In the message that is answered. */
  readonly here: readonly Included[];
}

/**
 * What is whole stays in the message it came with, so that a prompt begins as the one before it did.
 * Passages are chosen for the question, and stand with it; so does what came with a message that is
 * not sent any more.
 */
export function placeAttachments({ included }: AttachmentContext, history: readonly Sent[]): Placed {
  const sent = new Set(history.map(({ id }) => id));
  const isThere = ({ file, isWhole }: Included) => isWhole && sent.has(file.message_id);
  return {
    with: ({ id }) => included.filter((one) => isThere(one) && one.file.message_id === id),
    here: included.filter((one) => !isThere(one)),
  };
}
