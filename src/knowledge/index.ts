import type { JobHandler } from '../jobs/handler.ts';

const nothing = { run: async () => undefined, giveUp: async () => undefined };
export const knowledgeJobs = { 'file.ingest': nothing, 'file.delete': nothing, 'base.delete': nothing } satisfies {
  [Type in 'file.ingest' | 'file.delete' | 'base.delete']: JobHandler<Type>;
};
