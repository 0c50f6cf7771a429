import { readCompoundFile, type Storage } from '../../compound-file.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import type { EmbeddedPart } from '../../markup/embedded-sections.ts';
import { mailboxText } from '../eml/header.ts';
import { writeMessage } from '../eml/write-message.ts';
import { readBody } from './body.ts';
import { Properties, tags } from './properties.ts';

/** Lengths before the first property, by the kind of their storage ([MS-OXMSG], 2.4.1). */
const headerSize = { file: 32, attachedMessage: 24, part: 8 };

/** Extracts an Outlook message as an email message. Throws `DocumentFault`. */
export async function extractOutlookMessage(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const root = readCompoundFile(bytes);
  if (!root.streams.has('__properties_version1.0'))
    throw new DocumentFault('unsupported', 'The file is not an Outlook message.');
  return readMessage(root, headerSize.file, context);
}

async function readMessage(
  storage: Storage,
  size: number,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const message = new Properties(storage, size);
  const { texts, failures } = await readBody(message, context);
  const attachments = await Promise.all(
    partsOf(storage, '__attach').map((part) => readAttachment(part, message.codePage, context)),
  );
  const subject = await message.text(tags.subject);
  const date = message.time(tags.submitTime) ?? message.time(tags.deliveryTime);
  const sender = await senderOf(message);
  const fields = [
    ['From', sender],
    ...(await recipientsOf(storage, message.codePage)),
    ['Date', date?.toUTCString() ?? ''],
  ] as const;
  return writeMessage(
    {
      subject,
      date: date?.toISOString() ?? '',
      author: (await message.text(tags.senderName)) || sender,
      fields,
      texts,
      attachments: [...failures, ...attachments.flat()],
    },
    context,
  );
}

const partsOf = ({ storages }: Storage, prefix: string): Storage[] =>
  [...storages]
    .filter(([name]) => name.startsWith(prefix))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, storage]) => storage);

async function senderOf(message: Properties): Promise<string> {
  const smtp = await message.text(tags.senderSmtpAddress);
  const address = smtp || (await message.text(tags.senderAddress));
  return mailboxText(await message.text(tags.senderName), internetAddress(address));
}

/** Addresses of an Exchange directory (`/o=…`) mean nothing to a reader. */
const internetAddress = (address: string) => (address.includes('@') ? address : '');

async function recipientsOf(
  storage: Storage,
  codePage: number | null,
): Promise<readonly (readonly [string, string])[]> {
  const lists = new Map<number, string[]>([
    [1, []],
    [2, []],
    [3, []],
  ]);
  for (const part of partsOf(storage, '__recip')) {
    const recipient = new Properties(part, headerSize.part, codePage);
    const smtp = await recipient.text(tags.smtpAddress);
    const address = internetAddress(smtp || (await recipient.text(tags.address)));
    const text = mailboxText(await recipient.text(tags.displayName), address);
    lists.get((recipient.number(tags.recipientType) ?? 1) & 3)?.push(text);
  }
  return [
    ['To', (lists.get(1) ?? []).join(', ')],
    ['Cc', (lists.get(2) ?? []).join(', ')],
    ['Bcc', (lists.get(3) ?? []).join(', ')],
  ];
}

async function readAttachment(
  storage: Storage,
  codePage: number | null,
  context: ExtractContext,
): Promise<EmbeddedPart[]> {
  const part = new Properties(storage, headerSize.part, codePage);
  const name =
    (await part.text(tags.attachLongName)) ||
    (await part.text(tags.attachName)) ||
    (await part.text(tags.displayName));
  const message = part.object(tags.attachData);
  if (message?.streams.has('__properties_version1.0') === true)
    return [
      { name: '', document: await readMessage(message, headerSize.attachedMessage, context) },
    ];
  const isPicture = /\.(?:png|jpe?g|gif|bmp|emf|wmf)$/i.test(name);
  if (isPicture && (part.isSet(tags.isHidden) || (await part.text(tags.contentId)) !== ''))
    return [];
  const bytes = part.binary(tags.attachData);
  if (bytes === null) return [{ name, reason: 'The attachment is not stored in the message.' }];
  const media_type = await part.text(tags.attachMediaType);
  return [{ name, media_type, read: async () => bytes }];
}
