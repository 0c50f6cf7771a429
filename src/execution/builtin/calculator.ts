import type { Tool } from '../tool.ts';

export const calculator: Tool = {
  name: 'calculator',
  description:
    'Calculates an arithmetic expression exactly, with 40 digits: + - * / % ^, parentheses, pi, e, and functions such as sqrt, round(x, places), ' +
    'min, max, sum, mean, ln, log10, sin. Use it for every calculation whose result matters.',
  input_schema: {
    type: 'object',
    properties: {
      expression: {
        type: 'string',
        minLength: 1,
        maxLength: 1000,
        description: 'For example (19.99 * 3 + 4.5) * 1.081',
      },
    },
    required: ['expression'],
    additionalProperties: false,
  },
  effect: 'read',
  async run(_ctx, { input }) {
    const { expression } = input as { expression: string };
    const { evaluate, NoValue } = await import('./evaluate.ts');
    try {
      return { ok: true, output: { value: evaluate(expression) } };
    } catch (error) {
      // The library's own faults too: too deep for the stack, or out of its precision.
      const isKnown =
        error instanceof NoValue ||
        error instanceof RangeError ||
        /^\[DecimalError\]/.test(String((error as Error).message));
      if (!isKnown) throw error;
      return {
        ok: false,
        error:
          error instanceof NoValue ? error.message : 'The expression is too large to calculate.',
      };
    }
  },
};
