import { z } from '@hono/zod-openapi';

export const AskSuggestions = z
  .strictObject({
    count: z.int().min(1).max(6).default(3).describe('Maximum number of suggestions'),
  })
  .openapi('AskSuggestions', { example: { count: 3 } });
export type AskSuggestions = z.output<typeof AskSuggestions>;

export const Suggestions = z
  .object({
    suggestions: z
      .array(z.string())
      .describe(
        'Questions from the end user’s point of view; empty when there is nothing to derive them from',
      ),
    source: z
      .enum(['model', 'rule'])
      .describe('The background model of the workspace, or the built-in rule, which is free'),
  })
  .openapi('Suggestions', {
    example: { suggestions: ['How long is the warranty?'], source: 'rule' },
  });
export type Suggestions = z.output<typeof Suggestions>;
