// Sends requests over keep-alive connections, sequentially on each, and reports when answers began and ended. A separate
// process that parses only the positions of the first output and of the end.
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Marks the first output in an answer. */
  readonly first: string;
  /** Marks the end of a complete answer. */
  readonly last: string;
  /** The paths that each connection requests, in order. */
  readonly lanes: readonly (readonly string[])[];
}

export interface Measured {
  readonly time_ms: number;
  /** Milliseconds from the request to the first output, and to the end. */
  readonly first: readonly number[];
  readonly end: readonly number[];
}

const endOfChunks = Buffer.from('\r\n0\r\n\r\n');

/** One answer that is being received. */
class Answer {
  first_ms: number | null = null;
  #seen = '';
  #length: number | null = null;

  /** Returns true if the answer is complete. Throws if it is not the expected one. */
  take(data: Buffer, load: Load, elapsed_ms: number): boolean {
    this.#seen += data.toString('latin1');
    if (this.first_ms === null && this.#seen.includes(load.first)) this.first_ms = elapsed_ms;
    const isOver = this.#isOver(data);
    if (isOver && !(this.#seen.startsWith('HTTP/1.1 2') && this.#seen.includes(load.last)))
      throw new Error(this.#seen.slice(-2000));
    return isOver;
  }

  #isOver(data: Buffer): boolean {
    const head = this.#seen.indexOf('\r\n\r\n');
    if (head === -1) return false;
    this.#length ??= Number(
      /\r\ncontent-length: *(\d+)/i.exec(this.#seen.slice(0, head))?.[1] ?? -1,
    );
    if (this.#length >= 0) return this.#seen.length >= head + 4 + this.#length;
    return data.length >= endOfChunks.length
      ? data.subarray(-endOfChunks.length).equals(endOfChunks)
      : this.#seen.endsWith('\r\n0\r\n\r\n');
  }
}

function requestOf({ url, headers, body }: Load, path: string): string {
  const lines = Object.entries({
    host: new URL(url).host,
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

const ask = (socket: Socket, load: Load, path: string) =>
  new Promise<{ first: number; end: number }>((resolve, reject) => {
    const started = performance.now();
    const answer = new Answer();
    const stop = (settle: () => void) => {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      settle();
    };
    socket.on('error', (error) => stop(() => reject(error)));
    socket.on('close', () =>
      stop(() => reject(new Error('The connection was closed in the middle of an answer.'))),
    );
    socket.on('data', (data) => {
      const elapsed = performance.now() - started;
      try {
        if (answer.take(data, load, elapsed))
          stop(() => resolve({ first: answer.first_ms ?? elapsed, end: elapsed }));
      } catch (error) {
        stop(() => reject(error as Error));
      }
    });
    socket.write(requestOf(load, path));
  });

async function run(load: Load): Promise<Measured> {
  const { hostname, port } = new URL(load.url);
  const first: number[] = [];
  const end: number[] = [];
  const sockets = await Promise.all(
    load.lanes.map(async () => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      return socket;
    }),
  );
  const started = performance.now();
  const go = async (socket: Socket, lane: readonly string[]) => {
    for (const path of lane) {
      const times = await ask(socket, load, path);
      first.push(times.first);
      end.push(times.end);
    }
  };
  await Promise.all(sockets.map((socket, index) => go(socket, load.lanes[index] ?? [])));
  const time_ms = performance.now() - started;
  for (const socket of sockets) socket.destroy();
  return { time_ms, first, end };
}

process.on('message', (load: Load) => {
  run(load).then(
    (measured) => process.send?.({ measured }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
