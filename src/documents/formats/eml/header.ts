import type { Address, Email } from 'postal-mime';
import type { Message } from './write-message.ts';

/** Returns the header fields that a mail client shows. */
export function headerFields(email: Email): Message['fields'] {
  const date = email.headers.find(({ key }) => key === 'date')?.value ?? '';
  return [
    ['From', addressList(email.from === undefined ? [] : [email.from])],
    ['To', addressList(email.to)],
    ['Cc', addressList(email.cc)],
    ['Bcc', addressList(email.bcc)],
    ['Date', date.replaceAll(/\([^()]*\)/g, '')],
  ];
}

const addressList = (addresses: readonly Address[] = []): string =>
  addresses
    .map((address) =>
      address.group === undefined
        ? mailboxText(address.name, address.address)
        : `${address.name}: ${addressList(address.group)};`,
    )
    .filter((text) => text !== '')
    .join(', ');

/** Returns a name with its address; either may be empty. */
export function mailboxText(name: string, address: string): string {
  if (name === '' || name === address) return address;
  return address === '' ? name : `${name} <${address}>`;
}
