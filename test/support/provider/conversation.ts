import type {
  LanguageModelV4Content,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { Script } from './script.ts';

/** Three steps: reasoning and two parallel calls, one further call, the answer. */
export const conversation: Script = {
  rounds: [
    {
      reasoning: ['Two cities', ', two calls.'],
      text: ['Let me ', 'look: ', 'Zürich 🌧'],
      tool_calls: [
        { id: 'call_zurich', name: 'weather', arguments: { city: 'Zürich' } },
        { id: 'call_paris', name: 'weather', arguments: { city: 'Paris', days: [1, 2] } },
      ],
      usage: { input_tokens: 100, cache_read_tokens: 40, output_tokens: 30, reasoning_tokens: 10 },
    },
    {
      tool_calls: [{ id: 'call_clock', name: 'clock', arguments: {} }],
      usage: { input_tokens: 150, cache_read_tokens: 100, output_tokens: 8, reasoning_tokens: 0 },
    },
    {
      text: ['Rain ', 'in both.'],
      usage: { input_tokens: 200, cache_read_tokens: 0, output_tokens: 12, reasoning_tokens: 0 },
    },
  ],
};

/** The content of a step without differences between protocols: ids of blocks, sizes of deltas, metadata. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: { readonly id: string; readonly name: string; readonly input: unknown }[];
  readonly finish: string | null;
  readonly usage: {
    readonly input: number | undefined;
    readonly cache_read: number | undefined;
    readonly output: number | undefined;
  };
  readonly errors: string[];
}

export async function listen(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<Said> {
  const step = {
    text: '',
    reasoning: '',
    tool_calls: [] as Said['tool_calls'],
    errors: [] as string[],
  };
  const inputs = new Map<string, string>();
  let finish: Said['finish'] = null;
  let usage: Said['usage'] = { input: undefined, cache_read: undefined, output: undefined };
  for await (const part of stream) {
    if (part.type === 'text-delta') step.text += part.delta;
    else if (part.type === 'reasoning-delta') step.reasoning += part.delta;
    else if (part.type === 'tool-input-delta')
      inputs.set(part.id, (inputs.get(part.id) ?? '') + part.delta);
    else if (part.type === 'tool-call') {
      const streamed = inputs.get(part.toolCallId) ?? '';
      if (streamed !== '' && streamed !== part.input)
        step.errors.push(`streamed ${streamed}, called with ${part.input}`);
      step.tool_calls.push({
        id: part.toolCallId,
        name: part.toolName,
        input: JSON.parse(part.input),
      });
    } else if (part.type === 'error') step.errors.push(String(part.error));
    else if (part.type === 'finish') {
      finish = part.finishReason.unified;
      usage = usageOf(part.usage);
    }
  }
  return { ...step, finish, usage };
}

const usageOf = ({ inputTokens, outputTokens }: LanguageModelV4Usage): Said['usage'] => ({
  input: inputTokens.total,
  cache_read: inputTokens.cacheRead,
  output: outputTokens.total,
});

/** Returns the step and the results of its calls, in the form of the next prompt. */
export function reply(
  prompt: readonly LanguageModelV4Message[],
  step: Said,
): LanguageModelV4Message[] {
  const calls = step.tool_calls.map(({ id, name, input }) => ({
    type: 'tool-call' as const,
    toolCallId: id,
    toolName: name,
    input,
  }));
  const text = step.text === '' ? [] : [{ type: 'text' as const, text: step.text }];
  const results = step.tool_calls.map(({ id, name }) => ({
    type: 'tool-result' as const,
    toolCallId: id,
    toolName: name,
    output: { type: 'text' as const, value: `result of ${id}` },
  }));
  return [
    ...prompt,
    { role: 'assistant', content: [...text, ...calls] },
    { role: 'tool', content: results },
  ];
}

/** Returns the answer of a call that was not streamed, in the same form. */
export function read(
  content: readonly LanguageModelV4Content[],
): Pick<Said, 'text' | 'reasoning' | 'tool_calls'> {
  const step = { text: '', reasoning: '', tool_calls: [] as Said['tool_calls'] };
  for (const part of content) {
    if (part.type === 'text') step.text += part.text;
    else if (part.type === 'reasoning') step.reasoning += part.text;
    else if (part.type === 'tool-call')
      step.tool_calls.push({
        id: part.toolCallId,
        name: part.toolName,
        input: JSON.parse(part.input),
      });
  }
  return step;
}
