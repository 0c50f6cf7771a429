import { type Chat, newChat } from './chat.ts';
import type { Round } from './provider/script.ts';
import { asks, locate, says, tools } from './waiting-script.ts';

export { asks, clock, locate, pick, result, says, tools } from './waiting-script.ts';

export interface WaitingChat extends Chat {
  /** The run that waits. */
  readonly run: string;
  /** The answer so far. */
  readonly message: Awaited<ReturnType<Chat['send']>>['body'];
  submit(actions: readonly object[], headers?: Record<string, string>): ReturnType<Chat['send']>;
  readRun(): Promise<Awaited<ReturnType<Chat['send']>>['body']>;
}

/** A session whose run waits for a client tool. */
export async function newWaitingChat(
  rounds: readonly Round[] = [asks(locate), says],
  {
    message = {},
    before = async () => undefined,
    ...options
  }: Parameters<typeof newChat>[1] & {
    readonly message?: object;
    /** Called before the message is sent. */
    readonly before?: (chat: Chat) => Promise<unknown>;
  } = {},
): Promise<WaitingChat> {
  const chat = await newChat({ rounds }, options);
  await before(chat);
  const { body, status } = await chat.send({ message: 'Where am I?', tools, ...message });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return {
    ...chat,
    run: body.run_id,
    message: body,
    submit: (actions, headers = {}) =>
      chat.workspace.post(`/runs/${body.run_id}/actions`, { actions }, { headers }),
    readRun: async () => (await chat.workspace.get(`/runs/${body.run_id}`)).body,
  };
}
