import { z } from '@hono/zod-openapi';
import type { Violation } from '../shared/failure.ts';

/** Also the form in which instructions name a variable, between double braces. */
const identifier = '[A-Za-z_][A-Za-z0-9_]{0,63}';

const common = {
  name: z
    .string()
    .regex(
      new RegExp(`^${identifier}$`),
      'A letter or underscore, then letters, digits and underscores; at most 64.',
    )
    .describe('Used in the instructions as `{{name}}`')
    .openapi({ example: 'city' }),
  label: z
    .string()
    .min(1)
    .max(200)
    .describe('What the form shows')
    .openapi({ example: 'Your city' }),
  required: z.boolean().default(false),
};

const TextInput = z.strictObject({
  type: z.literal('text'),
  ...common,
  default: z.string().max(4000).nullable().default(null),
});
const NumberInput = z.strictObject({
  type: z.literal('number'),
  ...common,
  default: z.number().nullable().default(null),
});
const BooleanInput = z.strictObject({
  type: z.literal('boolean'),
  ...common,
  default: z.boolean().nullable().default(null),
});
const SelectInput = z
  .strictObject({
    type: z.literal('select'),
    ...common,
    options: z.array(z.string().min(1).max(200)).min(1).max(100),
    default: z.string().max(200).nullable().default(null),
  })
  .superRefine(({ options, default: preset }, check) => {
    if (new Set(options).size < options.length)
      check.addIssue({ code: 'custom', path: ['options'], message: 'Options must differ.' });
    if (preset !== null && !options.includes(preset))
      check.addIssue({
        code: 'custom',
        path: ['default'],
        message: 'The default must be one of the options.',
      });
  });

/** One typed field of the form that a session starts with. */
export const InputField = z
  .discriminatedUnion('type', [TextInput, NumberInput, SelectInput, BooleanInput])
  .openapi('InputField', {
    example: { type: 'text', name: 'city', label: 'Your city', required: true } as never,
  });
export type InputField = z.output<typeof InputField>;

export const InputFields = z
  .array(InputField)
  .max(50)
  .superRefine((fields, check) => {
    const seen = new Set<string>();
    for (const [index, { name }] of fields.entries()) {
      if (seen.has(name))
        check.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `The name ${name} is used twice.`,
        });
      seen.add(name);
    }
  });

/** Names between double braces; anything else in braces is plain text. */
const variablesOf = (instructions: string): string[] => [
  ...new Set(
    [...instructions.matchAll(new RegExp(`\\{\\{\\s*(${identifier})\\s*\\}\\}`, 'g'))].map(
      ([, name = '']) => name,
    ),
  ),
];

/** Variables that the instructions use and no input declares. */
export function undeclaredVariables(
  instructions: string,
  inputs: readonly InputField[],
): Violation[] {
  const declared = new Set(inputs.map(({ name }) => name));
  return variablesOf(instructions)
    .filter((name) => !declared.has(name))
    .map((name) => ({
      pointer: '/config/instructions',
      detail: `{{${name}}} is used, but no input has this name.`,
    }));
}
