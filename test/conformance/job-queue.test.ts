import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { createJobQueue } from '../../src/platform/job-queue.ts';
import { FakeQueue, RecordingJobQueue } from '../support/fakes/queue.ts';
import { describeJobQueue } from './job-queue.ts';

describeJobQueue('Queues', () => {
  const fake = new FakeQueue();
  return { queue: createJobQueue(fake), accepted: () => fake.bodies };
});

describeJobQueue('recording fake', () => {
  const queue = new RecordingJobQueue();
  return { queue, accepted: () => queue.sent };
});

it('checks the queue of the deployment', async () => {
  await expect(createJobQueue(env.JOBS).check()).resolves.toBeUndefined();
});
