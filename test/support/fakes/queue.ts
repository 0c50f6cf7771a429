import type { JobMessage } from '../../../src/platform/job.ts';
import type { JobQueue } from '../../../src/platform/ports.ts';

/** Documented limits of Queues: https://developers.cloudflare.com/queues/platform/limits/ */
const limits = { messages: 100, message_bytes: 128_000, batch_bytes: 256_000 };

/** A binding of Cloudflare Queues in memory. It refuses what production refuses. */
export class FakeQueue {
  readonly bodies: unknown[] = [];
  batches = 0;

  async sendBatch(messages: Iterable<MessageSendRequest>): Promise<QueueSendBatchResponse> {
    const sent = [...messages].map(({ body }) => JSON.stringify(body));
    const sizes = sent.map((body) => new TextEncoder().encode(body).byteLength);
    if (sent.length === 0 || sent.length > limits.messages)
      throw new Error(`a batch holds 1 to ${limits.messages} messages`);
    if (sizes.some((size) => size > limits.message_bytes)) throw new Error('message is too large');
    if (sizes.reduce((sum, size) => sum + size, 0) > limits.batch_bytes)
      throw new Error('batch is too large');
    this.batches += 1;
    this.bodies.push(...sent.map((body) => JSON.parse(body)));
    return { metadata: { metrics: await this.metrics() } };
  }

  async metrics() {
    return { backlogCount: this.bodies.length, backlogBytes: 0 };
  }
}

/** A job queue that records what it is given and delivers nothing. */
export class RecordingJobQueue implements JobQueue {
  readonly sent: JobMessage[] = [];

  async send(messages: readonly JobMessage[]) {
    this.sent.push(...structuredClone(messages));
  }

  async check() {}
}
