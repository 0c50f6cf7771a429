import { toFailure } from '../../http/error-form.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { StreamEncoder } from '../stream/encoder.ts';
import { KeepAlive } from './keep-alive.ts';
import type { Started } from './started.ts';

/** Opens a stream before its run has begun. A failure to start is an event of the stream. */
export function streamLater(
  ctx: Ctx,
  starting: Promise<Started>,
  encoder: StreamEncoder,
): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const sink = writable.getWriter();
  const keepAlive = new KeepAlive(sink);
  const write = async () => {
    try {
      const started = await starting;
      keepAlive.stop();
      if ('elsewhere' in started)
        throw new Failure(
          'request_in_flight',
          'The first request with this key has completed. Repeat the request to replay it.',
        );
      await started.run.streamTo(sink, encoder, started.after ?? 0);
    } catch (error) {
      keepAlive.stop();
      if (!(error instanceof Failure)) ctx.log.error('host_failed', { error });
      await sink.write(new TextEncoder().encode(encoder.refuse(toFailure(error))));
      await sink.close();
    }
  };
  void write().catch(() => undefined);
  return readable;
}
