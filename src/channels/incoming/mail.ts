import PostalMime, { type Email } from 'postal-mime';
import { sha256 } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import type { InboundMessage } from '../adapter.ts';
import { withoutQuotes } from './without-quotes.ts';

const maxFiles = 10;
/** Attachments that are named to the sender, read or not. */
const maxNamed = 20;
const maxReferences = 20;

/**
 * Returns the message of a provider's request: the body of `message/rfc822`, or the field `email`, `raw`, `message` or
 * `body-mime` of a form.
 */
export async function rawOf(
  contentType: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!/^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType))
    return body;
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    for (const name of ['email', 'raw', 'message', 'body-mime']) {
      const value = form.get(name);
      if (value === null) continue;
      return typeof value === 'string'
        ? bytesOf(value)
        : new Uint8Array(await (value as File).arrayBuffer());
    }
  } catch {
    // The same failure as for a form without a message.
  }
  throw new Failure('malformed_request', 'The form has no message in `email`, `raw` or `message`.');
}

/**
 * Reads an e-mail. Returns null for one that no person has written, such as an automatic reply, a message of a list or
 * one of the channel itself. Throws `malformed_request`.
 */
export async function readMail(
  raw: Uint8Array<ArrayBuffer>,
  { own, return_path }: { readonly own: string; readonly return_path: string | null },
): Promise<InboundMessage | null> {
  const mail = await parse(raw);
  const from = mail.from?.address?.trim().toLowerCase() ?? '';
  if (from === '' || from === own || return_path === '' || isAutomatic(mail, from)) return null;
  const id = mail.messageId ?? `<${await sha256(raw)}@message>`;
  const references = idsOf(`${mail.references ?? ''} ${mail.inReplyTo ?? ''}`);
  const root = references[0] ?? id;
  const sent = Date.parse(mail.date ?? '');
  const text = withoutQuotes(mail.text ?? toText(mail.html ?? ''));
  return {
    external_id: id.slice(0, 500),
    // The sender is part of it, so that nobody can continue the conversation of another person.
    thread_key: (await sha256(`${from}\n${root}`)).slice(0, 40),
    user_key: from,
    position: Number.isFinite(sent) ? sent : 0,
    text: references.length === 0 && mail.subject ? `${mail.subject}\n\n${text}` : text,
    files: mail.attachments
      .filter(({ disposition, related }) => disposition === 'attachment' || related !== true)
      .slice(0, maxNamed)
      .map(({ filename, mimeType, content }, index) => ({
        ...{ name: filename ?? 'file', media_type: mimeType, ref: null },
        ...(index < maxFiles
          ? {
              content:
                typeof content === 'string'
                  ? bytesOf(content)
                  : new Uint8Array(content as ArrayBuffer),
            }
          : { refused: 'too_many' as const }),
      })),
    target: {
      to: from,
      subject: oneLine(mail.subject ?? ''),
      in_reply_to: oneLine(id),
      references: [...new Set([root, ...references, id])]
        .slice(-maxReferences)
        .map(oneLine)
        .join(' '),
    },
  };
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(text));

async function parse(raw: Uint8Array<ArrayBuffer>): Promise<Email> {
  try {
    return await new PostalMime({ maxNestingDepth: 50, maxHeadersSize: 256 * 1024 }).parse(raw);
  } catch {
    throw new Failure('malformed_request', 'The e-mail cannot be read.');
  }
}

/** Mailboxes that no person reads. */
const unread = /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|owner-.*|.*-request)@/;

/** RFC 3834, and the headers that software used before it. */
function isAutomatic({ headers }: Email, from: string): boolean {
  const fieldOf = (name: string) =>
    headers
      .find(({ key }) => key === name)
      ?.value.trim()
      .toLowerCase() ?? '';
  const submitted = fieldOf('auto-submitted');
  return (
    unread.test(from) ||
    (submitted !== '' && !submitted.startsWith('no')) ||
    /^multipart\/report\b/.test(fieldOf('content-type')) ||
    /^(?:bulk|junk|list|auto_reply)$/.test(fieldOf('precedence')) ||
    ['x-agentgrid-channel', 'list-id', 'x-autoreply', 'x-autorespond'].some(
      (name) => fieldOf(name) !== '',
    ) ||
    /^<>$/.test(fieldOf('return-path'))
  );
}

/** Message ids, oldest first. */
const idsOf = (text: string): string[] => [...new Set(text.match(/<[^<>\s]{1,500}>/g) ?? [])];

const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ').slice(0, 900);

const toText = (html: string): string =>
  html
    .replaceAll(/<(?:style|script|head)\b[\s\S]*?<\/(?:style|script|head)>/gi, '')
    .replaceAll(/<blockquote\b[\s\S]*$/gi, '')
    .replaceAll(/<(?:br|\/p|\/div|\/li|\/tr)\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
