import type { Feature } from '../http/feature.ts';
import { knowledgeJobs } from './jobs.ts';
import { moveKeywords } from './move-words.ts';
import { knowledgeRoutes } from './routes.ts';

export const knowledgeFeature = {
  routes: { '/api/v1': [knowledgeRoutes] },
  jobs: knowledgeJobs,
  tasks: { everyMinute: [{ name: 'chunk_index', run: moveKeywords }] },
} satisfies Feature;
