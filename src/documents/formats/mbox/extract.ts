import type { ExtractedDocument } from '../../document.ts';
import type { EmbeddedFile, ExtractContext } from '../../format.ts';
import { embeddedSections } from '../../markup/embedded-sections.ts';

/** Extracts each message of a mailbox below its subject. Throws `DocumentFault`. */
export async function extractMailbox(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const { blocks } = await embeddedSections(messagesIn(bytes), context, {
    title: 'Message',
    failures: 'Messages without text',
  });
  return { text: blocks.join('\n\n'), pages: null, isMarkdown: true };
}

const separator = new TextEncoder().encode('\nFrom ');

/** Yields the messages between the `From ` lines, which follow an empty line (RFC 4155). */
function* messagesIn(bytes: Uint8Array<ArrayBuffer>): Generator<EmbeddedFile> {
  let start = 0;
  for (const end of separatorsIn(bytes)) {
    if (end > start) yield messageOf(bytes.subarray(start, end));
    start = end;
  }
  yield messageOf(bytes.subarray(start));
}

function* separatorsIn(bytes: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    const isEmptyLine =
      bytes[at - 1] === 0x0a || (bytes[at - 1] === 0x0d && bytes[at - 2] === 0x0a);
    if (isEmptyLine && separator.every((byte, index) => bytes[at + index] === byte)) yield at + 1;
  }
}

const messageOf = (bytes: Uint8Array<ArrayBuffer>): EmbeddedFile => ({
  name: '',
  media_type: 'message/rfc822',
  read: async () => withoutMarks(withoutFromLine(bytes)),
});

function withoutFromLine(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const isFromLine = new TextDecoder('latin1').decode(bytes.subarray(0, 5)) === 'From ';
  return isFromLine ? bytes.subarray(bytes.indexOf(0x0a) + 1) : bytes;
}

const quotedFrom = new TextEncoder().encode('\n>From ');

/** Removes the mark that escapes such lines in the text of a message. */
function withoutMarks(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let length = 0;
  const kept = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) {
    const isMark =
      bytes[at] === 0x3e &&
      at > 0 &&
      quotedFrom.every((byte, index) => bytes[at - 1 + index] === byte);
    if (!isMark) kept[length++] = bytes[at] ?? 0;
  }
  return kept.slice(0, length);
}
