import type { Feature } from '../http/feature.ts';
import { chunkRoutes } from './chunks/routes.ts';
import { knowledgeJobs } from './jobs.ts';
import { knowledgeRoutes } from './routes.ts';
import { addTerms } from './search/add-terms.ts';
import { indexAgain } from './search/index-again.ts';
import { moveKeywords } from './search/move-keywords.ts';
import { refreshSources, sourceJobs, sweepHosts } from './sources/jobs.ts';
import { sourceRoutes } from './sources/routes.ts';
import { textRoutes } from './text/routes.ts';

export const knowledgeFeature = {
  routes: { '/api/v1': [knowledgeRoutes, textRoutes, chunkRoutes, sourceRoutes] },
  jobs: { ...knowledgeJobs, ...sourceJobs },
  tasks: {
    everyMinute: [
      { name: 'chunk_index', run: moveKeywords },
      { name: 'chunk_terms', run: addTerms },
      { name: 'keyword_index', run: indexAgain },
      { name: 'knowledge_sources', run: refreshSources },
    ],
    everyHour: [{ name: 'source_hosts', run: sweepHosts }],
  },
} satisfies Feature;
