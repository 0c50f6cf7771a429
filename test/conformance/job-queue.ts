import { beforeEach, describe, expect, it } from 'vitest';
import type { JobMessage } from '../../src/platform/job.ts';
import type { JobQueue } from '../../src/platform/ports.ts';
import { newId } from '../../src/shared/id.ts';

export interface Subject {
  readonly queue: JobQueue;
  /** Returns the messages that the queue has accepted, in their order. */
  readonly accepted: () => readonly unknown[];
}

const messages = (count: number): JobMessage[] =>
  Array.from({ length: count }, () => ({
    id: newId('job'),
    workspace_id: newId('ws'),
    job: { type: 'base.delete', base_id: newId('kb') },
  }));

/** The contract of a job queue. */
export function describeJobQueue(name: string, open: () => Subject): void {
  describe(`job queue: ${name}`, () => {
    let subject: Subject;
    beforeEach(() => {
      subject = open();
    });

    it('accepts messages in their order, unchanged', async () => {
      const sent = messages(3);
      await subject.queue.send(sent);
      expect(subject.accepted()).toEqual(sent);
    });

    it('accepts more messages than one batch of the service holds', async () => {
      const sent = messages(250);
      await subject.queue.send(sent);
      expect(subject.accepted()).toEqual(sent);
    });

    it('accepts an empty list', async () => {
      await subject.queue.send([]);
      expect(subject.accepted()).toEqual([]);
    });

    it('answers a health check', async () => {
      await expect(subject.queue.check()).resolves.toBeUndefined();
    });
  });
}
