import { type Node, textOf } from '../../markup/tree.ts';
import { htmlPage, plainText } from './body-text.ts';
import { type MimePart, parseMessage } from './parse.ts';
import { transcodeMessage } from './transcode.ts';

/** Returns the page of a web archive (MHTML, RFC 2557), else its plain text. Throws `DocumentFault`. */
export async function readWebArchive(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ readonly page: Node } | { readonly text: string }> {
  const { root } = await parseMessage(await transcodeMessage(bytes, null));
  const leaves = [...leavesOf(root)];
  const pages = leaves.filter((part) =>
    /^(?:text\/html|application\/xhtml\+xml)$/.test(typeOf(part)),
  );
  for (const part of pages) {
    const page = await htmlPage(part);
    if (textOf(page).trim() !== '') return { page };
  }
  const plain = leaves.find((part) => typeOf(part) === 'text/plain');
  return { text: plain === undefined ? '' : await plainText(plain) };
}

const typeOf = (part: MimePart) => part.contentType.parsed.value;

function* leavesOf(part: MimePart): Generator<MimePart> {
  if (part.childNodes.length === 0) yield part;
  for (const child of part.childNodes) yield* leavesOf(child);
}
