import PostalMime, { type Email } from 'postal-mime';
import { DocumentFault } from '../../fault.ts';

const maxLines = 500_000;
const maxParts = 2000;
const maxNesting = 50;
const maxHeaderBytes = 1024 * 1024;

/** A part of a message: a leaf with decoded content, or a multipart with parts. */
export interface MimePart {
  readonly contentType: {
    readonly parsed: { readonly value: string; readonly params: Readonly<Record<string, string>> };
  };
  readonly contentDisposition: MimePart['contentType'];
  readonly contentId?: string;
  readonly content: ArrayBuffer | null;
  readonly childNodes: readonly MimePart[];
}

export interface ParsedMessage {
  readonly email: Email;
  readonly root: MimePart;
}

/**
 * Members of the parser beyond its public interface. Its tree has the order of the parts and their undecoded
 * text, which the result of `parse` has not.
 */
interface MimeParser {
  readonly root: MimePart;
  readonly currentNode: MimePart;
  processLine: (line: Uint8Array, isFinal: boolean) => Promise<void>;
  collectNode: () => Promise<void>;
}

/** Parses a message in UTF-8 or ASCII (RFC 5322, RFC 2045 to 2049). Throws `too_large`. */
export async function parseMessage(bytes: Uint8Array<ArrayBuffer>): Promise<ParsedMessage> {
  checkLines(bytes);
  const postal = new PostalMime({
    maxNestingDepth: maxNesting,
    maxHeadersSize: maxHeaderBytes,
    maxRfc822NestingDepth: 0,
  });
  const parser = postal as unknown as MimeParser;
  limitParts(parser);
  // Bodies are chosen and decoded by the caller.
  parser.collectNode = async () => {};
  try {
    return { email: await postal.parse(bytes), root: parser.root };
  } catch (error) {
    if (error instanceof Error && /exceeded/.test(error.message))
      throw new DocumentFault('too_large', `The message is too complex: ${error.message}.`, error);
    throw error;
  }
}

/** The parser holds an object for each line. */
function checkLines(bytes: Uint8Array): void {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  if (lines > maxLines)
    throw new DocumentFault('too_large', `The message has more than ${maxLines} lines.`);
}

function limitParts(parser: MimeParser): void {
  const processLine = parser.processLine.bind(parser);
  let parts = 0;
  let current = parser.currentNode;
  parser.processLine = async (line, isFinal) => {
    await processLine(line, isFinal);
    if (parser.currentNode === current) return;
    current = parser.currentNode;
    parts += 1;
    if (parts > maxParts)
      throw new DocumentFault('too_large', `The message has more than ${maxParts} parts.`);
  };
}
