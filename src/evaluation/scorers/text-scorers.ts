import { z } from '@hono/zod-openapi';
import { schemaProblem } from '../../shared/json-schema/index.ts';
import { linearPatternProblem } from '../../shared/linear-pattern.ts';
import { common, Threshold } from './scorer-fields.ts';

const maxTexts = 50;
const maxTextChars = 8000;

const Text = z.string().min(1).max(maxTextChars);

export const Contains = z
  .strictObject({
    type: z.literal('contains'),
    ...common,
    threshold: Threshold(1),
    texts: z
      .array(Text)
      .min(1)
      .max(maxTexts)
      .optional()
      .describe('Texts to look for; without them the `facts` of the case, else its answer'),
    match: z
      .enum(['all', 'any', 'none'])
      .default('all')
      .describe('`all` scores the share of texts that occur; `none` the share that do not'),
    case_sensitive: z.boolean().default(false),
  })
  .openapi('ContainsScorer', {
    description:
      'The answer contains texts. Compared in Unicode normalization form NFKC, with runs of white space as one space',
  });

export const Regex = z
  .strictObject({
    type: z.literal('regex'),
    ...common,
    threshold: Threshold(1),
    pattern: z.string().min(1).max(1000).openapi({ example: '\\b\\d{2} days\\b' }),
    flags: z
      .string()
      .regex(/^[ims]{0,3}$/, 'The letters i, m and s.')
      .refine((flags) => new Set(flags).size === flags.length, 'Each letter once.')
      .default('')
      .describe('`i`: ignore case; `m`: `^` and `$` match at lines; `s`: `.` matches line breaks'),
    match: z
      .enum(['search', 'whole', 'none'])
      .default('search')
      .describe('The pattern occurs, matches the whole answer, or does not occur'),
  })
  .superRefine(({ pattern, flags }, check) => {
    const message = linearPatternProblem(pattern, flags);
    if (message !== null) check.addIssue({ code: 'custom', message, path: ['pattern'] });
  })
  .openapi('RegexScorer', {
    description:
      'The answer matches a regular expression in linear time. The syntax is that of JavaScript with the flag `u`, without backreferences, look-around and inline modifiers',
  });

export const JsonSchemaScorer = z
  .strictObject({
    type: z.literal('json_schema'),
    ...common,
    threshold: Threshold(1),
    schema: z.record(z.string(), z.unknown()).superRefine((schema, check) => {
      const message = schemaProblem(schema);
      if (message !== null) check.addIssue({ code: 'custom', message });
    }),
  })
  .openapi('JsonSchemaScorer', {
    description:
      'The structured answer, or JSON in the text of the answer, is valid by a JSON Schema (draft 2020-12)',
  });

export const Numeric = z
  .strictObject({
    type: z.literal('numeric'),
    ...common,
    threshold: Threshold(1),
    expected: z
      .number()
      .optional()
      .describe('The number; without it the first number in the expected answer of the case'),
    absolute: z.number().min(0).default(0).describe('Allowed difference'),
    relative: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Allowed difference as a share of the expected number; the larger one applies'),
    decimal_separator: z
      .enum(['auto', '.', ','])
      .default('auto')
      .describe('`auto` reads both 1,234.56 and 1.234,56; 1.234 alone is read in both ways'),
    unit: z
      .string()
      .trim()
      .min(1)
      .max(20)
      .optional()
      .describe('Counts only numbers with this unit or currency beside them')
      .openapi({ example: '%' }),
    pick: z
      .enum(['any', 'first', 'last'])
      .default('any')
      .describe('Which number of the answer is compared'),
  })
  .openapi('NumericScorer', { description: 'The answer holds a number within a tolerance' });
