import type { DocumentFormat } from '../../format.ts';
import { checkTextHead, isCompoundFile, isZip, packageType } from '../../signature.ts';

interface OdfKind {
  readonly title: string;
  /** Name in media types. */
  readonly kind: 'text' | 'spreadsheet' | 'presentation' | 'graphics';
  readonly extensions: DocumentFormat['extensions'];
}

/** Record of one kind of OpenDocument file: document, template, and flat XML. */
export function odfFormat({ title, kind, extensions }: OdfKind): DocumentFormat {
  const mediaType = `application/vnd.oasis.opendocument.${kind}`;
  const checkHead = (head: Uint8Array): string | null => {
    if (isCompoundFile(head)) return `is a legacy Office file, not a valid ${title}`;
    if (!isZip(head))
      return checkTextHead(head) === null && isXml(head)
        ? null
        : `is not a valid ${title} (missing ZIP header)`;
    const type = packageType(head);
    return type === null || type === mediaType || type === `${mediaType}-template`
      ? null
      : `is not a valid ${title} (it declares ${type})`;
  };
  return {
    kind: 'document',
    title,
    media_type: mediaType,
    aliases: [
      `${mediaType}-template`,
      `${mediaType}-flat-xml`,
      'application/xml',
      'text/xml',
      'application/zip',
      'application/x-zip-compressed',
    ],
    extensions,
    served_as: mediaType,
    checkHead,
    hasSignature: (head) => isZip(head) && packageType(head) === mediaType,
    extract: async (bytes) => (await import('../../odf/extract.ts')).extractOdf(bytes),
    // Compressed text, as in DOCX.
    inline_bytes: 30_000,
    web: null,
  };
}

const isXml = (head: Uint8Array) => /^\ufeff?\s*</.test(new TextDecoder().decode(head));
