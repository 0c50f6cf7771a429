import { newDbStats } from '../../../src/db/client.ts';
import type { HostCommand, HostReply, SessionHosts } from '../../../src/platform/ports.ts';

type Outcome = HostReply['outcome'];

/** Session hosts that record their commands and reply with `answer`, one instance for each session. */
export class RecordingSessionHosts implements SessionHosts {
  readonly commands: { readonly session_id: string; readonly command: HostCommand }[] = [];
  readonly #answer: (command: HostCommand) => Outcome;

  constructor(answer: (command: HostCommand) => Outcome) {
    this.#answer = answer;
  }

  get(session_id: string) {
    return {
      ask: async (command: HostCommand): Promise<HostReply> => {
        this.commands.push({ session_id, command: structuredClone(command) });
        const meter = { db: newDbStats(), llm_ms: 0, retrieval_ms: 0 };
        return { outcome: this.#answer(command), meter, bookmark: null, rates: [] };
      },
    };
  }
}
