export const faultCodes = [
  'empty_document',
  'encrypted',
  'corrupt',
  'too_many_pages',
  'too_large',
  'unsupported',
  'unsafe_xml',
  'unknown_encoding',
  'quota_exceeded',
  'budget_exceeded',
  'ocr_failed',
  'gone',
  'internal',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** A document that cannot be read. Permanent: a retry with the same bytes fails the same way. */
export class DocumentFault extends Error {
  override readonly name = 'DocumentFault';
  readonly code: FaultCode;

  constructor(code: FaultCode, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
  }
}

/** A limit of the whole file was exceeded: ends the extraction of an embedded file and of all its containers. */
export class LimitFault extends DocumentFault {
  constructor(detail: string) {
    super('too_large', detail);
  }
}
