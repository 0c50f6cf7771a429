import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolChoice,
} from '@ai-sdk/provider';
import type { ClientTools } from './client-tools.ts';
import type { ClientTool, RunContext, Tool } from './tool.ts';

/** The parts of a run that its model calls depend on. */
export interface StepCallInput {
  /** Prefix of the names of its model calls in the usage rows. */
  readonly call_key: string;
  /** Operation of the usage rows of its model calls; defaults to `answer`. */
  readonly operation?: string;
  readonly models: readonly string[];
  readonly options: Omit<
    LanguageModelV4CallOptions,
    'prompt' | 'tools' | 'abortSignal' | 'headers'
  >;
  readonly tools: readonly Tool[];
  /** Tools that the caller executes. */
  readonly client?: ClientTools;
  /** Context of the run, passed on to every tool call. */
  readonly context: RunContext;
}

/** A required choice applies to the first call only. */
const choiceAt = (client: ClientTools | undefined, step: number): LanguageModelV4ToolChoice =>
  client?.choice != null && (step === 0 || client.choice.type === 'none')
    ? client.choice
    : { type: 'auto' };

/** Returns the request of the model call of a step. */
export const stepCall = (
  { tools: own, client, options, models, call_key, context, operation = 'answer' }: StepCallInput,
  prompt: LanguageModelV4Message[],
  step: number,
) => {
  const isOwnChoice = client?.has_own_choice === true && step === 0;
  const tools: readonly ClientTool[] = [...(isOwnChoice ? [] : own), ...(client?.tools ?? [])];
  return {
    ...context.attribution,
    models,
    operation,
    call_key: `${call_key}:${step}`,
    signal: context.signal,
    options: {
      ...options,
      prompt: [...prompt],
      ...(tools.length === 0
        ? {}
        : {
            tools: tools.map(({ name, description, input_schema, strict }) => ({
              type: 'function' as const,
              name,
              description,
              inputSchema: input_schema,
              ...(strict === undefined ? {} : { strict }),
            })),
            toolChoice: choiceAt(client, step),
          }),
    },
  };
};
