import type { JobMessage } from './job.ts';
import type { JobQueue } from './ports.ts';

/** Maximum number of messages that Queues accepts in one batch. */
const messagesPerBatch = 100;

/** Returns the queue of background jobs over a binding of Cloudflare Queues. */
export const createJobQueue = (queue: Pick<Queue, 'sendBatch' | 'metrics'>): JobQueue => ({
  async send(messages: readonly JobMessage[], delay_s = 0) {
    for (let start = 0; start < messages.length; start += messagesPerBatch) {
      const batch = messages.slice(start, start + messagesPerBatch);
      await queue.sendBatch(
        batch.map((body) => ({ body, contentType: 'json', delaySeconds: delay_s })),
      );
    }
  },
  async check() {
    await queue.metrics();
  },
});
