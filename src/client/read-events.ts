/** One event of a run (docs/streams.md). */
export interface RunEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * Yields the events of a response with their ids. Returns true if the stream was complete, false if the connection was lost
 * before `[DONE]`.
 */
export async function* readEvents(
  response: Response,
): AsyncGenerator<{ readonly id: number; readonly event: RunEvent }, boolean> {
  if (response.body === null) return false;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    let chunk: ReadableStreamReadResult<string>;
    try {
      chunk = await reader.read();
    } catch {
      return false;
    }
    if (chunk.done) return false;
    const frames = (rest + chunk.value).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data === undefined) continue;
      if (data === '[DONE]') return true;
      yield { id: Number(/^id: (\d+)$/m.exec(frame)?.[1] ?? 0), event: JSON.parse(data) };
    }
  }
}
