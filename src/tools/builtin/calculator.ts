import { z } from '@hono/zod-openapi';
import { defineBuiltIn } from './define.ts';

export const calculator = defineBuiltIn({
  name: 'calculator',
  description:
    'Calculates an arithmetic expression exactly, with 40 digits: + - * / % ^, parentheses, pi, e, and functions such as sqrt, round(x, places), ' +
    'min, max, sum, mean, ln, log10, sin. Use it for every calculation whose result matters.',
  input: z.strictObject({
    expression: z.string().min(1).max(1000).describe('For example (19.99 * 3 + 4.5) * 1.081'),
  }),
  effect: 'read',
  revision: 1,
  is_trusted: true,
  async run(_ctx, { expression }) {
    const { evaluate, InvalidExpressionError } = await import('./evaluate.ts');
    try {
      return { ok: true, output: { value: evaluate(expression) } };
    } catch (error) {
      if (error instanceof InvalidExpressionError) return { ok: false, error: error.message };
      // Faults of the library itself: the expression is nested too deeply, or exceeds its precision.
      const isTooLarge =
        error instanceof RangeError || /^\[DecimalError\]/.test(String((error as Error).message));
      if (!isTooLarge) throw error;
      return { ok: false, error: 'The expression is too large to calculate.' };
    }
  },
});
