import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import { embeddedSections } from '../../markup/embedded-sections.ts';
import { nestMarkdown } from '../../markup/nest.ts';
import { readContent } from './content.ts';
import { headerLines, subjectOf } from './header.ts';
import { parseMessage } from './parse.ts';
import { transcodeMessage } from './transcode.ts';

/**
 * Extracts an email message: subject as heading, header, the text that a mail client shows with quoted
 * replies, and each attachment of a supported format under its name. Throws `DocumentFault`.
 */
export async function extractMessage(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const { email, root } = await parseMessage(
    await transcodeMessage(bytes, context.encoding ?? null),
  );
  const { texts, attachments } = await readContent(root);
  const subject = subjectOf(email);
  const header = headerLines(email);
  if (subject === '' && header.length === 0 && texts.length === 0 && attachments.length === 0)
    throw new DocumentFault('corrupt', 'The file contains no email message.');
  const embedded = await embeddedSections(attachments, context, {
    title: 'Attachment',
    failures: 'Attachments without text',
  });
  const blocks = [
    ...(subject === '' ? [] : [`# ${subject}`]),
    ...(header.length === 0 ? [] : [header.join('\n')]),
    ...texts.map((text) => nestMarkdown(text, 1)),
    ...embedded.blocks,
  ];
  return { text: cleanText(blocks.join('\n\n')).trim(), pages: null, isMarkdown: true };
}
