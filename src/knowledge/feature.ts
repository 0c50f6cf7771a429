import type { Feature } from '../http/feature.ts';
import { chunkRoutes } from './chunks/routes.ts';
import { purgeHistory } from './history/purge.ts';
import { historyRoutes } from './history/routes.ts';
import { knowledgeJobs } from './jobs.ts';
import { knowledgeRoutes } from './routes.ts';
import { addTerms } from './search/add-terms.ts';
import { moveKeywords } from './search/move-keywords.ts';
import { stemKeywords } from './search/stem-keywords.ts';
import { refreshSources, sourceJobs, sweepHosts } from './sources/jobs.ts';
import { sourceRoutes } from './sources/routes.ts';
import { textRoutes } from './text/routes.ts';

export const knowledgeFeature = {
  routes: { '/api/v1': [knowledgeRoutes, textRoutes, chunkRoutes, historyRoutes, sourceRoutes] },
  jobs: { ...knowledgeJobs, ...sourceJobs },
  tasks: {
    everyMinute: [
      { name: 'chunk_index', run: moveKeywords },
      { name: 'chunk_terms', run: addTerms },
      { name: 'keyword_stems', run: stemKeywords },
      { name: 'knowledge_sources', run: refreshSources },
      { name: 'knowledge_history', run: purgeHistory },
    ],
    everyHour: [{ name: 'source_hosts', run: sweepHosts }],
  },
} satisfies Feature;
