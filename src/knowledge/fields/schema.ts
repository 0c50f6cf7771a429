import { z } from '@hono/zod-openapi';
import type { FileFields, GivenFileFields } from '../../db/schema/knowledge.ts';
import {
  canonicalLanguage,
  type DocumentProperties,
  maxPropertyChars,
} from '../../documents/index.ts';
import { Instant } from '../../http/schema.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { isPeriod, toPeriod } from './period.ts';

/** A language tag in canonical form. */
export const Language = z
  .string()
  .max(35)
  .transform((tag, check) => {
    const language = canonicalLanguage(tag);
    if (language !== null) return language;
    check.addIssue({ code: 'custom', message: 'Must be a language tag such as `en` or `pt-BR`.' });
    return z.NEVER;
  })
  .openapi({ type: 'string', example: 'en' });

const maxTags = 50;

/** Tags are compared in lower case. */
export const Tag = z
  .string()
  .transform((tag) => tag.normalize('NFC').replaceAll(/\s+/g, ' ').trim().toLowerCase())
  .pipe(z.string().min(1).max(64))
  .openapi({ type: 'string', minLength: 1, maxLength: 64, example: 'leave' });

const Tags = z
  .array(Tag)
  .max(maxTags)
  .transform((tags) => [...new Set(tags)]);

const line = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, ' ').trim())
  .pipe(z.string().min(1).max(maxPropertyChars))
  .openapi({ type: 'string', minLength: 1, maxLength: maxPropertyChars });

const Published = z
  .union([Instant, z.iso.date()])
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: 'string', example: '2026-11-20' });

/** Fields of a file that a caller may give. Null takes the value from the document. */
export const fieldInputs = {
  language: Language.nullable()
    .optional()
    .describe('BCP 47 language tag; by default determined from the text'),
  tags: Tags.nullable().optional().describe('At most 50 tags, stored in lower case, each once'),
  title: line.nullable().optional().describe('By default that of the document’s properties'),
  author: line.nullable().optional().describe('By default that of the document’s properties'),
  published_at: Published.nullable()
    .optional()
    .describe(
      'Date of the document: a timestamp, or a date in UTC. By default that of its properties: publication of web pages and books, sending of messages, latest change of Office and OpenDocument files, creation of PDFs',
    ),
};

export const GivenFields = z.strictObject(fieldInputs);
export type GivenFields = z.output<typeof GivenFields>;

/** The fields as they are shown: what the caller gave, else what the document says. */
export const shownFields = {
  language: z
    .string()
    .nullable()
    .describe('BCP 47 language tag; null if it could not be determined from the text'),
  tags: z
    .array(z.string())
    .describe('In lower case')
    .openapi({ example: ['leave'] }),
  title: z
    .string()
    .nullable()
    .describe('Null if neither the caller nor the document has given one')
    .openapi({ example: 'Leave policy' }),
  author: z.string().nullable().describe('Null like `title`').openapi({ example: null }),
  published_at: z.iso
    .datetime()
    .nullable()
    .describe('Null like `title`')
    .openapi({ example: '2026-11-20T00:00:00.000Z' }),
};

interface Stored {
  readonly fields: FileFields;
  readonly detected: DocumentProperties;
}

export function toShownFields({ fields, detected }: Stored) {
  const {
    language = null,
    title = null,
    author = null,
    published_at = null,
  } = {
    ...detected,
    ...fields,
  };
  return { language, tags: [...(fields.tags ?? [])], title, author, published_at };
}

/** Takes the fields out of an input. */
export function splitFields<Input extends GivenFields>({
  language,
  tags,
  title,
  author,
  published_at,
  ...rest
}: Input) {
  return { fields: { language, tags, title, author, published_at }, rest };
}

/** Returns the fields that have a value. */
export const presentFields = (fields: GivenFileFields): FileFields =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );

/** Returns the fields of a file whose caller gives some. */
export const mergeFields = (fields: FileFields, given: GivenFileFields): FileFields =>
  presentFields({ ...fields, ...definedFields(given) });

/** Query parameters by which files are listed. */
export const fieldFilters = {
  language: Language.optional().describe('Filter by language: `pt` includes `pt-BR`'),
  tag: Tag.optional().describe('Filter by a tag'),
  published_from: z
    .string()
    .refine(isPeriod, 'Must be a timestamp, a date, a month or a year.')
    .transform(toPeriod)
    .optional()
    .describe(
      'Files published at this time or later: a timestamp, a date, a month or a year, in UTC',
    )
    .openapi({ type: 'string', example: '2026-01-01' }),
  published_to: z
    .string()
    .refine(isPeriod, 'Must be a timestamp, a date, a month or a year.')
    .transform(toPeriod)
    .optional()
    .describe('Files published until then; a date, a month or a year is included')
    .openapi({ type: 'string', example: '2026' }),
};

/** The fields as parts of a form, in which all values are text. */
export const formFields = {
  language: z.string().optional().describe('BCP 47 language tag'),
  tags: z.string().optional().describe('JSON list, or tags separated by commas'),
  title: z.string().optional(),
  author: z.string().optional(),
  published_at: z.string().optional().describe('A timestamp, or a date in UTC'),
};
