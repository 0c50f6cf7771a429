import type { ExtractedDocument } from '../../document.ts';
import type { EmbeddedFile, ExtractContext } from '../../format.ts';
import { embeddedSections } from '../../markup/embedded-sections.ts';

/** Extracts each message of a mailbox below its subject. Throws `DocumentFault`. */
export async function extractMailbox(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const sections = await embeddedSections(messagesIn(bytes), context, {
    title: 'Message',
    failures: 'Messages without text',
  });
  return { text: sections.join('\n\n'), pages: null, isMarkdown: true };
}

const separator = new TextEncoder().encode('\nFrom ');

/** Yields the messages between the `From ` lines, which follow an empty line (RFC 4155). */
function* messagesIn(bytes: Uint8Array<ArrayBuffer>): Generator<EmbeddedFile> {
  let start = 0;
  for (const end of separatorsIn(bytes)) {
    if (end > start) yield messageOf(bytes.slice(start, end));
    start = end;
  }
  yield messageOf(bytes.slice(start));
}

function* separatorsIn(bytes: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    const isEmptyLine =
      bytes[at - 1] === 0x0a || (bytes[at - 1] === 0x0d && bytes[at - 2] === 0x0a);
    if (isEmptyLine && separator.every((byte, index) => bytes[at + index] === byte)) yield at + 1;
  }
}

/** A message without its `From ` line, and without the mark that escapes such lines in its text. */
function messageOf(bytes: Uint8Array<ArrayBuffer>): EmbeddedFile {
  const first = bytes.indexOf(0x0a) + 1;
  const text = new TextDecoder('latin1');
  const isSeparator = text.decode(bytes.subarray(0, 5)) === 'From ';
  return {
    name: '',
    media_type: 'message/rfc822',
    bytes: withoutMarks(isSeparator && first > 0 ? bytes.slice(first) : bytes),
  };
}

const quotedFrom = new TextEncoder().encode('\n>From ');

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
