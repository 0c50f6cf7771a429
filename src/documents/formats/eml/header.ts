import type { Address, Email } from 'postal-mime';

/** Returns the subject on one line; empty for none. */
export const subjectOf = ({ subject }: Email): string => oneLine(subject ?? '');

/** Returns the header as a mail client shows it, one line per field. */
export function headerLines(email: Email): string[] {
  const dates = email.headers.filter(({ key }) => key === 'date').map(({ value }) => value);
  const fields: readonly (readonly [string, string])[] = [
    ['From', addressList(email.from === undefined ? [] : [email.from])],
    ['To', addressList(email.to)],
    ['Cc', addressList(email.cc)],
    ['Bcc', addressList(email.bcc)],
    ['Date', (dates[0] ?? '').replaceAll(/\([^()]*\)/g, '')],
  ];
  return fields
    .map(([name, value]) => [name, oneLine(value)] as const)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

const addressList = (addresses: readonly Address[] = []): string =>
  addresses.map(addressText).filter(Boolean).join(', ');

function addressText(address: Address): string {
  if (address.group !== undefined) return `${address.name}: ${addressList(address.group)};`;
  const { name, address: mailbox } = address;
  if (name === '' || name === mailbox) return mailbox;
  return mailbox === '' ? name : `${name} <${mailbox}>`;
}
