import { controlHost, type OutboundCall, type Reply } from './outbound-service.ts';

const control = async <T>(path: string, body: object): Promise<T> =>
  (
    await fetch(`https://${controlHost}${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json();

/** An external origin with registered responses; records its requests. */
export class Site {
  readonly origin = `https://${crypto.randomUUID()}.example.com`;

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  /** Registers a response and returns its URL. */
  async answers(path: string, reply: Reply): Promise<string> {
    const address = this.url(path);
    await control('/register', { address, reply });
    return address;
  }

  /** Returns the received requests, in order. */
  calls(): Promise<OutboundCall[]> {
    return control('/calls', { prefix: `${this.origin}/` });
  }
}

/** Returns the requests to addresses that no test registered. */
export const unexpectedCalls = (): Promise<OutboundCall[]> => control('/calls', {});
