import { z } from '@hono/zod-openapi';

export const AskSuggestions = z
  .strictObject({ count: z.number().int().min(1).max(6).default(3).describe('How many at most') })
  .openapi('AskSuggestions', { example: { count: 3 } });
export type AskSuggestions = z.output<typeof AskSuggestions>;

export const Suggestions = z
  .object({
    suggestions: z
      .array(z.string())
      .describe('Questions as an end user would ask them; none where there is nothing to go by'),
    source: z
      .enum(['model', 'rule'])
      .describe('The background model of the workspace, or the built-in rule, which costs nothing'),
  })
  .openapi('Suggestions', {
    example: { suggestions: ['What about the warranty?'], source: 'rule' },
  });
export type Suggestions = z.output<typeof Suggestions>;
