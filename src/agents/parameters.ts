import { z } from '@hono/zod-openapi';
import { idPattern } from '../shared/id.ts';

const anyOf = (...patterns: readonly string[]) =>
  new RegExp(patterns.map((pattern) => `(?:${pattern})`).join('|'));

const slug = '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$';
const label = '^[a-z](?:[a-z0-9.-]{0,38}[a-z0-9])?$';

export const agent = z
  .string()
  .regex(anyOf(idPattern('agt').source, slug))
  .openapi({ description: 'Id or slug of an agent', example: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra' });

/** A number has digits only, an id has an underscore, and a label has neither form, so the three cannot be confused. */
export const Version = z
  .string()
  .regex(anyOf(idPattern('ver').source, '^[1-9][0-9]{0,8}$', label))
  .openapi({ description: 'Number, id or label of a version', example: '2' });

/** A version in a request body, where a number need not be a string. */
export const VersionRequest = z
  .union([Version, z.int().min(1).max(999_999_999).transform(String)])
  .openapi({
    type: ['string', 'integer'],
    example: 'production',
    description: 'Number, id or label of a version',
  });

export const Label = z
  .string()
  .regex(
    new RegExp(label),
    'Must be a lower-case letter, followed by at most 39 lower-case letters, digits, dots and hyphens.',
  )
  .openapi({ description: 'Name of a label', example: 'production' });

/** A label that may not exist yet. The service checks its form: a malformed path parameter would be a 404. */
export const NewLabel = z
  .string()
  .max(100)
  .openapi({ description: 'Name of a label', pattern: label, example: 'production' });
