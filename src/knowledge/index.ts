export { findAgentBase, newAgentBase, unknownBases } from './bases.ts';
export type { Coverage } from './confidence.ts';
export { listFiles, listFilesOf } from './files.ts';
export { knowledgeJobs } from './jobs.ts';
export { knowledgeRoutes } from './routes.ts';
export { File, FileForm, FileList, FileQuery, FileUpload } from './schema.ts';
export { type Found, type SearchCall, type SearchInput, searchKnowledge } from './search.ts';
export { rerankers, type SearchHit as Hit, SearchHit, SearchQuery, SearchResult, searchModes } from './search-schema.ts';
export { type UploadSource, uploadFiles } from './upload.ts';
