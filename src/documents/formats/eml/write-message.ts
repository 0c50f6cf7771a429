import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import type { ExtractContext } from '../../format.ts';
import { type EmbeddedPart, embeddedSections } from '../../markup/embedded-sections.ts';
import { nestMarkdown } from '../../markup/nest.ts';
import { toProperties } from '../../properties/properties.ts';

export interface Message {
  /** On one line; empty for none. */
  readonly subject: string;
  readonly date: string;
  /** Name or address of the sender. */
  readonly author: string;
  /** Names and values of header fields, in the order in which they are shown. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly texts: readonly string[];
  readonly attachments: readonly EmbeddedPart[];
}

/** Writes a message as Markdown: subject as heading, header, texts, and attachments below their names. */
export async function writeMessage(
  { subject, date, author, fields, texts, attachments }: Message,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const embedded = await embeddedSections(attachments, context, {
    title: 'Attachment',
    failures: 'Attachments without text',
  });
  const header = fields
    .map(([name, value]) => [name, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  const blocks = [
    oneLine(subject) === '' ? '' : `# ${oneLine(subject)}`,
    header.join('\n'),
    ...texts.map((text) => nestMarkdown(text, 1)),
    ...embedded.blocks,
  ];
  const text = blocks.filter((block) => block !== '').join('\n\n');
  return {
    text: cleanText(text).trim(),
    pages: null,
    isMarkdown: true,
    properties: toProperties({ title: [subject], author: [author], dates: [date] }),
  };
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
