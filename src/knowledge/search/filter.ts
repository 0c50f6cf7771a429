import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { fieldConditions } from './field-conditions.ts';

/** Limits of a filter; each condition takes two of the 100 parameters of a statement, which searches two indexes. */
export const maxConditions = 30;
const maxDepth = 3;
const maxBranches = 10;

const Scalar = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]);
const isDate = (text: string) => /^\d{4}-\d\d-\d\d(?:$|T)/.test(text);
const Bound = z.union([
  z.number(),
  z
    .string()
    .max(2000)
    .refine((text) => !isDate(text) || !Number.isNaN(Date.parse(text)), 'Must be a valid date.'),
]);

const Conditions = z
  .strictObject({
    eq: Scalar,
    ne: Scalar.describe('Also matches files without the field, as `nin`'),
    in: z.array(Scalar).min(1).max(100),
    nin: z.array(Scalar).min(1).max(100),
    gt: Bound.describe(
      'Compares numbers with numbers, ISO dates and timestamps by time, and other text by its code points',
    ),
    gte: Bound,
    lt: Bound,
    lte: Bound,
    exists: z.boolean().describe('Matches files that have the field, or that do not'),
  })
  .partial()
  .refine(
    (conditions) => Object.keys(conditions).length > 0,
    'At least one of `eq`, `ne`, `in`, `nin`, `gt`, `gte`, `lt`, `lte` and `exists` is required.',
  )
  .openapi('FilterConditions');
type Conditions = z.output<typeof Conditions>;

const metadata = z
  .record(z.string().min(1).max(64), z.union([Scalar, Conditions]))
  .refine((value) => Object.keys(value).length <= 20, 'At most 20 keys.')
  .describe(
    'Conditions on the metadata of a file, all of which must hold: a value that the field must equal, or an object of operators. A field with a list matches if one of its values does. Values of different types are never equal',
  );

const file_ids = z.array(Id('file')).min(1).max(100);

type FieldCondition = string | Partial<Record<string, string | boolean | readonly string[]>>;

/** A filter of files. All of its parts must hold. */
export interface SearchFilter {
  readonly file_ids?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, z.output<typeof Scalar> | Conditions>> | undefined;
  readonly language?: FieldCondition | undefined;
  readonly tags?: FieldCondition | undefined;
  readonly published_at?: FieldCondition | undefined;
  readonly and?: readonly SearchFilter[] | undefined;
  readonly or?: readonly SearchFilter[] | undefined;
  readonly not?: SearchFilter | undefined;
}

/** Suffixes of the names of nested filters, from the innermost. */
const suffixes = ['Leaf', 'Part'];

/** Nested to a fixed depth, so that the schema bounds it. */
function filterOf(name: string, leaves: z.ZodRawShape, depth: number): z.ZodType<SearchFilter> {
  if (depth === 1)
    return z
      .strictObject(leaves)
      .partial()
      .openapi(`${name}${suffixes[0]}`) as z.ZodType<SearchFilter>;
  const inner = filterOf(name, leaves, depth - 1);
  const branches = z.array(inner).min(1).max(maxBranches);
  const filter = z.strictObject({ ...leaves, and: branches, or: branches, not: inner }).partial();
  if (depth < maxDepth)
    return filter.openapi(`${name}${suffixes[depth - 1]}`) as unknown as z.ZodType<SearchFilter>;
  return filter
    .refine(
      (value) => countConditions(value as SearchFilter) <= maxConditions,
      `At most ${maxConditions} conditions.`,
    )
    .describe(
      `Restricts a search to files. \`and\`, \`or\` and \`not\` combine filters, in ${maxDepth} levels with at most ${maxConditions} conditions in all`,
    )
    .openapi(name, {
      example: { language: 'en', metadata: { year: { gte: 2024 } } } as never,
    }) as unknown as z.ZodType<SearchFilter>;
}

export const SearchFilter = filterOf(
  'SearchFilter',
  { file_ids, metadata, ...fieldConditions },
  maxDepth,
);
export const MetadataFilter = filterOf(
  'MetadataFilter',
  { metadata, ...fieldConditions },
  maxDepth,
);

export const countConditions = ({
  file_ids: files,
  metadata = {},
  language,
  tags,
  published_at,
  ...rest
}: SearchFilter): number =>
  [...(rest.and ?? []), ...(rest.or ?? []), ...(rest.not === undefined ? [] : [rest.not])].reduce(
    (sum, inner) => sum + countConditions(inner),
    (files === undefined ? 0 : 1) +
      [...Object.values(metadata), language, tags, published_at].reduce<number>(
        (sum, one) => sum + (one === undefined ? 0 : Object.keys(operatorsOf(one)).length),
        0,
      ),
  );

/** The operators on a field; a value in place of them is `eq`. */
export const operatorsOf = (
  condition: z.output<typeof Scalar> | Conditions | FieldCondition,
): Partial<Record<string, unknown>> =>
  typeof condition === 'object' && condition !== null ? condition : { eq: condition };

/** True for a bound that is compared by time. */
export const isTime = (bound: unknown): bound is string =>
  typeof bound === 'string' && isDate(bound);
