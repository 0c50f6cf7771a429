import { decodeWords } from 'postal-mime';
import { DocumentFault } from '../../fault.ts';
import type { EmbeddedFile } from '../../format.ts';
import { bytesOfPart, charsetOf, htmlText, plainText } from './body-text.ts';
import type { MimePart } from './parse.ts';

export interface MessageContent {
  readonly texts: readonly string[];
  readonly attachments: readonly EmbeddedFile[];
}

const typeOf = (part: MimePart) => part.contentType.parsed.value;
const isMultipart = (part: MimePart) =>
  typeOf(part).startsWith('multipart/') && part.childNodes.length > 0;

/** Technical parts that mail clients do not show. */
const unseen =
  /^(?:application\/(?:pgp-signature|(?:x-)?pkcs7-signature|pgp-keys)|message\/(?:delivery-status|disposition-notification|feedback-report|external-body)|text\/(?:rfc822-headers|x-amp-html))$/;

/** Returns the text that a mail client shows, and the attached files. Throws `encrypted`. */
export async function readContent(root: MimePart): Promise<MessageContent> {
  const reader = new ContentReader();
  await reader.read(root);
  return reader;
}

class ContentReader implements MessageContent {
  readonly texts: string[] = [];
  readonly attachments: EmbeddedFile[] = [];

  async read(part: MimePart): Promise<void> {
    const type = typeOf(part);
    if (type === 'multipart/encrypted') throw encrypted();
    if (/^application\/(?:x-)?pkcs7-mime$/.test(type)) throw sealed(part);
    if (!isMultipart(part)) return this.#readLeaf(part);
    if (type === 'multipart/alternative') return this.#readAlternative(part);
    for (const child of part.childNodes) await this.read(child);
  }

  /** Reads the richest alternative that has text. Files in the others are attachments, as Exchange writes them. */
  async #readAlternative({ childNodes }: MimePart): Promise<void> {
    const ranked = childNodes
      .map((part) => ({ part, rank: rankOf(part) }))
      .filter(({ rank }) => rank > 0)
      .sort((left, right) => right.rank - left.rank);
    const before = this.texts.length;
    const read = new Set<MimePart>();
    for (const { part } of ranked) {
      read.add(part);
      await this.read(part);
      if (this.texts.length > before) break;
    }
    for (const part of childNodes) if (!read.has(part)) this.#attachFilesOf(part);
  }

  #attachFilesOf(part: MimePart): void {
    if (isMultipart(part)) for (const child of part.childNodes) this.#attachFilesOf(child);
    else if (!isBody(part) && !typeOf(part).startsWith('text/calendar')) this.#attach(part);
  }

  async #readLeaf(part: MimePart): Promise<void> {
    if (!isBody(part)) return this.#attach(part);
    const text = await (typeOf(part) === 'text/html' ? htmlText(part) : plainText(part));
    if (text !== '') this.texts.push(text);
  }

  #attach(part: MimePart): void {
    const media_type = typeOf(part);
    const isPicture = media_type.startsWith('image/') && part.contentId !== undefined;
    if (unseen.test(media_type) || isPicture) return;
    this.attachments.push({
      name: nameOf(part),
      media_type: media_type === 'message/global' ? 'message/rfc822' : media_type,
      read: async () => bytesOfPart(part),
      encoding: charsetOf(part),
    });
  }
}

/** True for a part that is shown as text of the message. A multipart without parts is text, too. */
const isBody = (part: MimePart) =>
  part.contentDisposition.parsed.value !== 'attachment' &&
  (/^multipart\//.test(typeOf(part)) ||
    (/^text\/(?:plain|html|markdown|enriched|richtext)$|^text$|^$/.test(typeOf(part)) &&
      part.contentDisposition.parsed.params.filename === undefined));

/** Name of an attached file, without folders. */
function nameOf({ contentDisposition, contentType }: MimePart): string {
  const name = contentDisposition.parsed.params.filename ?? contentType.parsed.params.name ?? '';
  return decodeWords(name).split(/[\\/]/).at(-1)?.replaceAll(/\s+/g, ' ').trim() ?? '';
}

/** HTML before plain text: it is what a mail client shows. */
function rankOf(part: MimePart): number {
  if (isMultipart(part)) return Math.max(0, ...part.childNodes.map(rankOf));
  if (!isBody(part)) return 0;
  return typeOf(part) === 'text/html' ? 2 : 1;
}

const encrypted = () =>
  new DocumentFault('encrypted', 'The message is encrypted. Decrypt it and save it again.');

const sealed = (part: MimePart) =>
  part.contentType.parsed.params['smime-type'] === 'signed-data'
    ? new DocumentFault(
        'unsupported',
        'The content of the message is inside of its S/MIME signature. Save the message without it.',
      )
    : encrypted();
