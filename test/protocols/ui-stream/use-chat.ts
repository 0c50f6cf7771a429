import { exports } from 'cloudflare:workers';
import {
  AbstractChat,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage,
} from 'ai';
import type { Chat } from '../../support/chat.ts';
import { tools } from '../../support/waiting.ts';

/** The chat state that `useChat` stores in React, in plain fields. */
class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = 'ready';
  error: Error | undefined = undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message];
  };
  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.map((one, at) => (at === index ? message : one));
  };
  snapshot = <Thing>(thing: Thing): Thing => structuredClone(thing);
}

export class PlainChat extends AbstractChat<UIMessage> {}

export type ToolCall = {
  readonly toolName: string;
  readonly toolCallId: string;
  readonly dynamic?: boolean;
};

/** Creates the AI SDK's chat with its transport as `useChat` does, with the worker instead of the network. */
export function openChat(
  { workspace, session }: Chat,
  onToolCall: (chat: PlainChat, call: ToolCall) => void,
  {
    body = { tools },
    sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithToolCalls,
  }: {
    body?: object;
    sendAutomaticallyWhen?: typeof lastAssistantMessageIsCompleteWithToolCalls;
  } = {},
) {
  const errors: Error[] = [];
  const requests: unknown[] = [];
  const chat: PlainChat = new PlainChat({
    id: session,
    state: new PlainState(),
    transport: new DefaultChatTransport({
      api: 'http://agentgrid.test/api/v1/chat',
      headers: { authorization: `Bearer ${workspace.key}` },
      body,
      fetch: (input, init) => {
        requests.push(init?.body);
        return exports.default.fetch(new Request(input as string, init));
      },
    }),
    sendAutomaticallyWhen,
    onToolCall: ({ toolCall }) => onToolCall(chat, toolCall),
    onError: (error) => void errors.push(error),
  });
  return { chat, errors, requests };
}
