import { controlHost, type OutboundCall, type Reply } from './outbound-service.ts';

const control = async <T>(path: string, body: object): Promise<T> =>
  (
    await fetch(`https://${controlHost}${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json();

/** An external origin with registered responses; records its requests. */
export class Site {
  readonly origin: string;

  constructor(origin = `https://${crypto.randomUUID()}.example.com`) {
    this.origin = origin;
  }

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

/** A service whose address cannot be chosen, such as that of Resend. All tests share it. */
export const serviceOf = (origin: string): Site => new Site(origin);

/** Returns the requests to addresses that no test registered. */
export const unexpectedCalls = (): Promise<OutboundCall[]> => control('/calls', {});
