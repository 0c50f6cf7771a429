import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4TextPart,
} from '@ai-sdk/provider';
import type { AttachedFile } from '../../db/schema/runs.ts';

/** The name under which a file part of a stored prompt refers to an attachment. */
const provider = 'agentgrid';

/** Returns the part that stands for an attachment in a stored prompt, by its object, which a forked session shares. */
export const referenceTo = ({
  object_id,
  name,
  media_type,
}: Pick<AttachedFile, 'object_id' | 'name' | 'media_type'>): LanguageModelV4FilePart => ({
  type: 'file',
  mediaType: media_type,
  filename: name,
  data: { type: 'reference', reference: { [provider]: object_id } },
});

type Part = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** Returns the object of the attachment that a part refers to; null for any other part. */
export const referenceOf = (part: {
  readonly type: string;
  readonly data?: unknown;
}): string | null => {
  const data = part.type === 'file' ? (part as LanguageModelV4FilePart).data : null;
  return data?.type === 'reference' ? (data.reference[provider] ?? null) : null;
};

export const referencesIn = (message: LanguageModelV4Message): string[] =>
  message.role === 'user' ? message.content.flatMap((part) => referenceOf(part) ?? []) : [];

/** Returns a message with the parts that refer to attachments replaced. */
export const mapReferences = (
  message: LanguageModelV4Message,
  replace: (object_id: string, part: LanguageModelV4FilePart) => readonly Part[],
) =>
  referencesIn(message).length === 0 || message.role !== 'user'
    ? message
    : {
        ...message,
        content: message.content.flatMap((part) => {
          const object_id = referenceOf(part);
          return object_id === null ? [part] : replace(object_id, part as LanguageModelV4FilePart);
        }),
      };
