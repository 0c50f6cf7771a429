import { z } from '@hono/zod-openapi';
import { type IdPrefix, idPattern } from '../shared/id.ts';
import { day } from '../shared/time.ts';
import { invisibleIn, isBlank } from './visible.ts';

/** A single-line display name: NFC, trimmed, without invisible characters. */
export const Name = (max: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1)
    .max(max)
    .superRefine((text, check) => {
      const invisible = invisibleIn(text);
      if (invisible !== null)
        check.addIssue({
          code: 'custom',
          message: `Must not contain invisible characters: remove ${invisible} and type the name again.`,
        });
      else if (text !== '' && isBlank(text))
        check.addIssue({ code: 'custom', message: 'Must contain a visible character.' });
    });

export const Slug = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'Lower-case letters, digits and inner hyphens.');

const ids = new Map<string, z.ZodString>();

/** An id with a prefix. Each form is built once: hundreds of fields have one. */
export function Id(
  prefix: IdPrefix,
  example = `${prefix}_01kajv2q5ve0mt8h2vj3c6x7ra`,
): z.ZodString {
  const known = ids.get(example);
  if (known !== undefined) return known;
  const description = `Id, \`${prefix}_…\``;
  const id = z.string().regex(idPattern(prefix)).openapi({ description, example });
  ids.set(example, id);
  return id;
}

const credential = new RegExp(`${idPattern('key').source}|${idPattern('mem').source}`);

/** The id of an API key or of a member. */
export const CredentialId: z.ZodString = z.string().regex(credential).openapi({
  description: 'Id of an API key or of a member, `key_…` or `mem_…`',
  example: 'key_01kajv2q5ve0mt8h2vj3c6x7ra',
});

/** A timestamp in responses. */
export const Time = z.iso.datetime().openapi({ example: '2026-11-20T09:30:00.000Z' });

/** A timestamp in requests: in UTC or with an offset. In a query, `+` must be sent as `%2B`. */
export const Instant = z.iso
  .datetime({ offset: true })
  .openapi({ example: '2026-11-20T10:30:00+01:00' });

/** An IANA time zone. Aliases such as Asia/Kolkata are accepted; offsets are not. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => /^[A-Za-z]/.test(name) && isTimeZone(name), 'Must be an IANA time zone.')
  .openapi({ example: 'Europe/Zurich' });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** Identifies an end user in the caller's own terms. */
export const EndUserId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'Visible ASCII characters.')
  .openapi({ example: 'customer-4711' });

const maxGroups = 50;

/** Names of groups of end users, in the caller's own terms. */
export const Groups = z
  .array(
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[\w.:@/-]+$/, 'ASCII letters, digits and `_ . : @ / -`.'),
  )
  .max(maxGroups)
  .refine((names) => new Set(names).size === names.length, 'Names a group twice.')
  .openapi({ example: ['staff', 'team:finance'] });

/** Metadata of the caller: at most 50 keys and 16 KB. */
export const Metadata = z
  .record(
    z.string().min(1).max(64),
    z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]),
  )
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 keys.')
  .openapi({ example: { team: 'support' } });

export const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const Moment = z.union([Instant, z.iso.date()]).openapi({ type: 'string', example: '2026-11-20' });

/** Query parameters that restrict a list to a period; `withRange` reads them. */
export const dateRange = {
  start_date: Moment.optional().describe(
    'Start of the period, inclusive: a timestamp, or a date in UTC',
  ),
  end_date: Moment.optional().describe(
    'End of the period: a timestamp, exclusive, or a date in UTC, inclusive',
  ),
  from: Instant.optional()
    .describe('Deprecated: `start_date`')
    .openapi({ param: { deprecated: true } }),
  to: Instant.optional()
    .describe('Deprecated: `end_date`')
    .openapi({ param: { deprecated: true } }),
};

interface DateRange {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Returns a query with its period as epoch milliseconds: `from` is inclusive, `to` is exclusive.
 */
export function withRange<Query extends DateRange>({
  start_date,
  end_date,
  from,
  to,
  ...query
}: Query) {
  const first = start_date ?? from;
  const last = end_date ?? to;
  return {
    ...query,
    from: first === undefined ? undefined : Date.parse(first),
    // A date includes the whole day.
    to: last === undefined ? undefined : Date.parse(last) + (last.includes('T') ? 0 : day),
  };
}
