import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import { readContent } from './content.ts';
import { headerFields } from './header.ts';
import { parseMessage } from './parse.ts';
import { transcodeMessage } from './transcode.ts';
import { writeMessage } from './write-message.ts';

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
  const fields = headerFields(email);
  const message = {
    subject: email.subject ?? '',
    date: new Map(fields).get('Date') ?? '',
    author: email.from?.name || email.from?.address || '',
    ...{ fields, texts, attachments },
  };
  const document = await writeMessage(message, context);
  if (document.text === '')
    throw new DocumentFault('corrupt', 'The file contains no email message.');
  return document;
}
