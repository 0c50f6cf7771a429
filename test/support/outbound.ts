import { controlHost, type OutboundCall, type Reply } from './outbound-service.ts';

const control = async <T>(path: string, body: object): Promise<T> =>
  (
    await fetch(`https://${controlHost}${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json();

/** An origin of its own in the outside world: it answers what a test says and remembers who called. */
export class Site {
  readonly origin = `https://${crypto.randomUUID()}.example.com`;

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  /** Registers an answer and returns its address. */
  async answers(path: string, reply: Reply): Promise<string> {
    const address = this.url(path);
    await control('/register', { address, reply });
    return address;
  }

  /** What has arrived, in its order. */
  calls(): Promise<OutboundCall[]> {
    return control('/calls', { prefix: `${this.origin}/` });
  }
}

/** Everything that has left without a test having registered its address. */
export const unexpectedCalls = (): Promise<OutboundCall[]> => control('/calls', {});
