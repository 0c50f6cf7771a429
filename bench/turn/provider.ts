// A model provider with minimal cost: OpenAI-compatible streams, built once and written unchanged. Prints its URL.
// The name of the model is the script: `t200-d50` sends 200 tokens after 50 ms, `t200-d0-paced` each in a separate packet.
import { createServer, type Socket } from 'node:net';

const head =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const answers = new Map<
  string,
  { readonly packets: readonly Buffer[]; readonly delay_ms: number }
>();

function answerOf(model: string) {
  const known = answers.get(model);
  if (known !== undefined) return known;
  const [, tokens = '', delay = '', paced] = /^t(\d+)-d(\d+)(-paced)?$/.exec(model) ?? [];
  const pieces = eventsOf(model, Number(tokens)).map(
    (event) => `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`,
  );
  pieces[0] = head + pieces[0];
  pieces.push('0\r\n\r\n');
  const packets = (paced === undefined ? [pieces.join('')] : pieces).map((text) =>
    Buffer.from(text),
  );
  const answer = { packets, delay_ms: Number(delay) };
  answers.set(model, answer);
  return answer;
}

function eventsOf(model: string, tokens: number): string[] {
  const fields = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model,
  };
  const event = (rest: object) => `data: ${JSON.stringify({ ...fields, ...rest })}\n\n`;
  const chunk = (delta: object, finish_reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, finish_reason }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...Array.from({ length: tokens }, (_, index) => chunk({ content: ` word${index}` })),
    chunk({}, 'stop'),
    event({
      choices: [],
      usage: { prompt_tokens: 8, completion_tokens: tokens, total_tokens: 8 + tokens },
    }),
    'data: [DONE]\n\n',
  ];
}

function play(socket: Socket, model: string): void {
  const { packets, delay_ms } = answerOf(model);
  const write = (index: number) => {
    if (socket.destroyed) return;
    socket.write(packets[index] as Buffer);
    if (index + 1 < packets.length) setImmediate(write, index + 1);
  };
  if (delay_ms === 0) write(0);
  else setTimeout(write, delay_ms, 0);
}

/** Requests arrive sequentially on a connection, whole or in pieces. */
function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let pending = '';
  socket.on('data', (data) => {
    pending += data.toString('latin1');
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(pending)?.[1] ?? 0);
      if (pending.length < end + 4 + length) return;
      const body = pending.slice(end + 4, end + 4 + length);
      pending = pending.slice(end + 4 + length);
      play(socket, /"model": *"([^"]+)"/.exec(body)?.[1] ?? '');
    }
  });
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
