import type { Feature } from '../http/feature.ts';
import { batchJobs, sweepBatches } from './batches/jobs.ts';
import { batchRoutes } from './batches/routes.ts';
import { chunkRoutes } from './chunks/routes.ts';
import { embeddingJobs } from './embedding-migrations/jobs.ts';
import { embeddingMigrationRoutes } from './embedding-migrations/routes.ts';
import { evaluationJobs } from './evaluation/jobs.ts';
import { evaluationRoutes } from './evaluation/routes.ts';
import { purgeHistory } from './history/purge.ts';
import { historyRoutes } from './history/routes.ts';
import { knowledgeJobs } from './jobs.ts';
import { pageRoutes } from './pages/routes.ts';
import { knowledgeRoutes } from './routes.ts';
import { indexAgain } from './search/index-again.ts';
import { moveKeywords } from './search/move-keywords.ts';
import { refreshSources, sourceJobs, sweepHosts } from './sources/jobs.ts';
import { sourceRoutes } from './sources/routes.ts';
import { textRoutes } from './text/routes.ts';

export const knowledgeFeature = {
  routes: {
    '/api/v1': [
      knowledgeRoutes,
      textRoutes,
      pageRoutes,
      chunkRoutes,
      historyRoutes,
      sourceRoutes,
      batchRoutes,
      evaluationRoutes,
      embeddingMigrationRoutes,
    ],
  },
  jobs: { ...knowledgeJobs, ...sourceJobs, ...batchJobs, ...evaluationJobs, ...embeddingJobs },
  tasks: {
    everyMinute: [
      { name: 'chunk_index', run: moveKeywords },
      { name: 'vector_index', run: (ctx) => ctx.vectors.maintain() },
      { name: 'keyword_index', run: indexAgain },
      { name: 'knowledge_sources', run: refreshSources },
      { name: 'knowledge_history', run: purgeHistory },
    ],
    everyHour: [
      { name: 'source_hosts', run: sweepHosts },
      { name: 'file_batches', run: sweepBatches },
    ],
  },
} satisfies Feature;
