import type { AgentConfigPatchInput } from '../../../../client/index.ts';
import type { createTexts } from '../../../texts/agents.ts';

export type TemplateName = keyof typeof createTexts.en.templateNames;

/** Configurations to begin with. Instructions are English, which every model follows in any language. */
export const templates: Readonly<Record<TemplateName, AgentConfigPatchInput>> = {
  empty: {},
  support: {
    instructions: `You are the customer support of our company.

Answer questions about our products and services from the documents only, and cite the passages. Be friendly and brief. Ask one question back when a request is not clear.

If the documents do not answer a question, say so and offer to hand the conversation over to a person; do that with \`hand_over\` when the user wants it. Do not promise refunds, dates or prices that the documents do not state.`,
    knowledge: { scope: 'only', citations: true },
    tools: ['hand_over'],
    welcome_message: 'Hello! How can I help you?',
  },
  documents: {
    instructions: `Answer questions from the documents only.

Support every statement with the passage it comes from. Quote figures, dates and names exactly. When documents contradict each other, say so and cite both. If they do not answer a question, say that they do not.`,
    knowledge: { scope: 'only', citations: true },
    tools: ['knowledge_search'],
  },
  extraction: {
    instructions: `Read the text of the user and fill in the fields of the answer.

Take values from the text only. Leave a field empty if the text does not state it. Do not guess and do not add explanations. If the text holds none of the fields, return all of them empty.`,
    knowledge: { scope: 'general', citations: false },
    output_schema: {
      type: 'object',
      properties: {
        summary: { type: 'string', description: 'One sentence' },
        people: { type: 'array', items: { type: 'string' } },
        dates: { type: 'array', items: { type: 'string' } },
      },
      required: ['summary', 'people', 'dates'],
      additionalProperties: false,
    },
  },
  writer: {
    instructions: `You help to write and revise texts for {{audience}}.

Write in a {{tone}} tone. Keep the facts of the user and add none. Return the text first, then at most three notes on what you changed. If a request is not about writing, say that you only help with texts.`,
    knowledge: { scope: 'general', citations: false },
    inputs: [
      { type: 'text', name: 'audience', label: 'Audience', required: true, default: 'customers' },
      {
        ...{ type: 'select', name: 'tone', label: 'Tone', required: true },
        ...{ options: ['friendly', 'formal', 'concise'], default: 'friendly' },
      },
    ],
  },
  researcher: {
    instructions: `Research questions on the web.

Search with \`web_search\` first, read the most relevant pages with \`fetch_url\`, and compare at least two independent sources. Cite every statement. Say how current the sources are. If you find no reliable answer, say so and tell what you searched for.`,
    knowledge: { scope: 'general', citations: true },
    tools: ['web_search', 'fetch_url', 'current_time'],
  },
};
