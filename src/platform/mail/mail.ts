/** A message to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly reply_to?: string;
  /** Further header fields, such as `In-Reply-To`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly MailAttachment[];
}

interface MailAttachment {
  readonly name: string;
  readonly media_type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
