import { controlHost } from '../outbound-service.ts';
import type { FakeCall, FakeSpec } from './fake.ts';

const control = async <T>(path: string, body: object): Promise<T> =>
  (
    await fetch(`https://${controlHost}/mcp${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json();

/** An MCP server outside of workerd, for the tests of one file. */
export class FakeMcp {
  readonly host = `mcp-${crypto.randomUUID()}.example.com`;
  readonly url = `https://${this.host}/mcp`;

  static async start(spec: FakeSpec): Promise<FakeMcp> {
    const server = new FakeMcp();
    await server.becomes(spec);
    return server;
  }

  becomes(spec: FakeSpec): Promise<unknown> {
    return control('/register', { host: this.host, spec });
  }

  forgetSessions(): Promise<unknown> {
    return control('/forget', { host: this.host });
  }

  /** The received messages, in order; of one method if it is given. */
  async calls(method?: string): Promise<FakeCall[]> {
    const calls = await control<FakeCall[]>('/calls', { host: this.host });
    return calls.filter((call) => method === undefined || call.method === method);
  }
}
