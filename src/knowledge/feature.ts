import type { Feature } from '../http/feature.ts';
import { knowledgeJobs } from './jobs.ts';
import { knowledgeRoutes } from './routes.ts';
import { addTerms } from './search/add-terms.ts';
import { moveKeywords } from './search/move-keywords.ts';
import { refreshSources, sourceJobs, sweepHosts } from './sources/jobs.ts';
import { sourceRoutes } from './sources/routes.ts';

export const knowledgeFeature = {
  routes: { '/api/v1': [knowledgeRoutes, sourceRoutes] },
  jobs: { ...knowledgeJobs, ...sourceJobs },
  tasks: {
    everyMinute: [
      { name: 'chunk_index', run: moveKeywords },
      { name: 'chunk_terms', run: addTerms },
      { name: 'knowledge_sources', run: refreshSources },
    ],
    everyHour: [{ name: 'source_hosts', run: sweepHosts }],
  },
} satisfies Feature;
