import type {
  LanguageModelV4Message,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';

/**
 * Replaces a missing result when the caller has sent results of other calls of the same message.
 */
const noResult = 'No result was given.';

/**
 * Returns the conversation with every tool call directly before its result, as providers require.
 * When only some calls of a message have results, the others are kept with a placeholder; a later
 * result follows a copy of its call. Calls of a message without any result are dropped, since the
 * conversation continued without them. Results without a call are dropped, too.
 */
export function withPairedCalls(
  conversation: readonly LanguageModelV4Message[],
): LanguageModelV4Message[] {
  const open = new Map<string, LanguageModelV4ToolCallPart>();
  const late = lateCalls(conversation);
  const paired: LanguageModelV4Message[] = [];
  for (const [index, message] of conversation.entries()) {
    if (message.role === 'assistant') {
      const results = resultsIn(conversation[index + 1]);
      const calls = callsIn(message);
      const isAnswered = calls.some(({ toolCallId }) => results.has(toolCallId));
      for (const call of calls) if (!results.has(call.toolCallId)) open.set(call.toolCallId, call);
      const kept = message.content.filter(
        (part) =>
          part.type !== 'tool-call' ||
          results.has(part.toolCallId) ||
          (isAnswered && !late.has(part)),
      );
      if (kept.length > 0) paired.push({ ...message, content: kept });
    } else if (message.role === 'tool') {
      for (const one of resultMessages(message, conversation[index - 1], open, late))
        append(paired, one);
    } else paired.push(message);
  }
  return paired;
}

/**
 * Inserted calls are added to the preceding answer, if there is one: some providers require
 * alternating roles.
 */
function append(paired: LanguageModelV4Message[], message: LanguageModelV4Message): void {
  const last = paired.at(-1);
  if (message.role === 'assistant' && last?.role === 'assistant')
    paired[paired.length - 1] = { ...last, content: [...last.content, ...message.content] };
  else paired.push(message);
}

type ToolMessage = Extract<LanguageModelV4Message, { role: 'tool' }>;
type Call = LanguageModelV4ToolCallPart;

const callsIn = (message: LanguageModelV4Message | undefined): Call[] =>
  message?.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : [];

const resultsIn = (
  message: LanguageModelV4Message | undefined,
): Map<string, LanguageModelV4ToolResultPart> =>
  new Map(
    message?.role === 'tool'
      ? message.content.flatMap((part) =>
          part.type === 'tool-result' ? [[part.toolCallId, part]] : [],
        )
      : [],
  );

/**
 * Finds calls whose results come later than in the next message. Ids may be reused: a result
 * belongs to the last open call of its id.
 */
function lateCalls(conversation: readonly LanguageModelV4Message[]): ReadonlySet<unknown> {
  const open = new Map<string, Call>();
  const late = new Set<Call>();
  for (const [index, message] of conversation.entries()) {
    const next = resultsIn(conversation[index + 1]);
    for (const call of callsIn(message))
      if (!next.has(call.toolCallId)) open.set(call.toolCallId, call);
    const calledIds = new Set(callsIn(conversation[index - 1]).map(({ toolCallId }) => toolCallId));
    for (const id of resultsIn(message).keys()) {
      const call = calledIds.has(id) ? undefined : open.get(id);
      if (call !== undefined) late.add(call);
    }
  }
  return late;
}

/**
 * Returns the results of the preceding calls, with a placeholder for each missing one; then results
 * of earlier calls, each after its call.
 */
function resultMessages(
  message: ToolMessage,
  before: LanguageModelV4Message | undefined,
  open: Map<string, Call>,
  late: ReadonlySet<unknown>,
): LanguageModelV4Message[] {
  const calls = callsIn(before);
  const results = resultsIn(message);
  const here = calls.flatMap((call): ToolMessage['content'] => {
    const result = results.get(call.toolCallId);
    if (result !== undefined) return [result];
    if (late.has(call)) return [];
    return [
      {
        type: 'tool-result',
        toolCallId: call.toolCallId,
        toolName: call.toolName,
        output: { type: 'text', value: noResult },
      },
    ];
  });
  const isHere = calls.some(({ toolCallId }) => results.has(toolCallId));
  const calledIds = new Set(calls.map(({ toolCallId }) => toolCallId));
  const others = [...results.values()].filter(
    ({ toolCallId }) => !calledIds.has(toolCallId) && open.has(toolCallId),
  );
  return [
    ...(isHere ? [{ ...message, content: here }] : []),
    ...(others.length === 0
      ? []
      : [
          {
            role: 'assistant' as const,
            content: others.map(({ toolCallId }) => open.get(toolCallId) as Call),
          },
          { role: 'tool' as const, content: others },
        ]),
  ];
}
