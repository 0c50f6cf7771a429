import type {
  JSONValue,
  LanguageModelV4Content,
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import { isFromText, ofMessage } from '../llm/index.ts';
import type { FoundSource, ToolImage } from '../tools/index.ts';
import type { CalledTool } from './call-tools.ts';

/** Maximum characters of a tool result that a model reads. */
const maxOutput = 50_000;

type AssistantMessage = Extract<LanguageModelV4Message, { role: 'assistant' }>;

/**
 * Returns the model's message for the history of the next call. Arguments that are not JSON become
 * an empty object.
 */
export function toAssistantMessage(
  content: readonly LanguageModelV4Content[],
  called: readonly Pick<CalledTool, 'tool_call_id' | 'input'>[],
): AssistantMessage {
  const inputs = new Map(called.map(({ tool_call_id, input }) => [tool_call_id, input]));
  const kept = (metadata: SharedV4ProviderMetadata | undefined) =>
    metadata === undefined ? {} : { providerOptions: metadata };
  const ofWhole = content.find(
    (part) => part.type === 'custom' && part.kind === ofMessage,
  )?.providerMetadata;
  return {
    role: 'assistant',
    ...kept(ofWhole),
    content: content.flatMap((part): AssistantMessage['content'] => {
      if (part.type === 'text')
        return part.text === ''
          ? []
          : [{ type: 'text', text: part.text, ...kept(part.providerMetadata) }];
      if (part.type === 'reasoning' && isFromText(part.providerMetadata)) return [];
      if (part.type === 'reasoning')
        return [{ type: 'reasoning', text: part.text, ...kept(part.providerMetadata) }];
      if (part.type !== 'tool-call') return [];
      const { toolCallId, toolName, providerMetadata } = part;
      return [
        {
          type: 'tool-call',
          toolCallId,
          toolName,
          input: inputs.get(toolCallId) ?? {},
          ...kept(providerMetadata),
        },
      ];
    }),
  };
}

/** Returns the end of a conversation whose last step called client tools, for its continuation. */
export const toAnswered = (
  content: readonly LanguageModelV4Content[],
  calls: readonly LanguageModelV4ToolCall[],
): LanguageModelV4Message[] => [
  toAssistantMessage(
    content,
    calls.map(({ toolCallId: tool_call_id, input }) => ({ tool_call_id, input: readJson(input) })),
  ),
];

function readJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return {};
  }
}

/**
 * Returns the results of tools as a message. Passages go through `cite`, which numbers them and
 * marks them as untrusted.
 */
export const toToolMessage = (
  called: readonly Pick<CalledTool, 'tool_call_id' | 'tool_name' | 'outcome'>[],
  cite: (found: readonly FoundSource[]) => string,
): LanguageModelV4Message => ({
  role: 'tool',
  content: called.map(({ tool_call_id, tool_name, outcome }) => ({
    type: 'tool-result',
    toolCallId: tool_call_id,
    toolName: tool_name,
    output: outcome.ok
      ? withImages(
          outputOf(
            outcome.sources === undefined
              ? outcome.output
              : [cite(outcome.sources), outcome.note ?? ''].filter(Boolean).join('\n'),
          ),
          outcome.images ?? [],
        )
      : errorOf(outcome.error),
  })),
});

const errorOf = (error: string): LanguageModelV4ToolResultOutput => ({
  type: 'error-text',
  value: cut(error),
});

function withImages(
  output: LanguageModelV4ToolResultOutput,
  images: readonly ToolImage[],
): LanguageModelV4ToolResultOutput {
  if (images.length === 0 || (output.type !== 'text' && output.type !== 'json')) return output;
  const text = output.type === 'text' ? output.value : JSON.stringify(output.value);
  const files = images.map(({ media_type: mediaType, data }) => ({
    ...{ type: 'file' as const, mediaType },
    data: { type: 'data' as const, data },
  }));
  return { type: 'content', value: [{ type: 'text', text }, ...files] };
}

function outputOf(output: unknown): LanguageModelV4ToolResultOutput {
  if (typeof output === 'string') return { type: 'text', value: cut(output) };
  const json = JSON.stringify(output ?? null);
  return json.length > maxOutput
    ? { type: 'text', value: cut(json) }
    : { type: 'json', value: JSON.parse(json) as JSONValue };
}

const cut = (text: string): string =>
  text.length <= maxOutput
    ? text
    : `${text.slice(0, maxOutput)}\n[cut: ${text.length - maxOutput} more characters]`;
