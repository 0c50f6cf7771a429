import type { HostCommand, HostReply, SessionHosts } from './ports.ts';

/** Returns the hosts of a Durable Object namespace; `onReply` receives every reply before its caller. */
export const createSessionHosts = (
  namespace: Env['SESSIONS'],
  onReply: (reply: HostReply) => void,
): SessionHosts => ({
  get(session_id) {
    const host = namespace.get(namespace.idFromName(session_id)) as unknown as {
      ask(command: HostCommand): Promise<HostReply>;
    };
    return {
      async ask(command) {
        const reply = await host.ask(command);
        onReply(reply);
        return reply;
      },
    };
  },
});
