export { newAgentBase, refuseSearchedBase, unknownBases } from './bases.ts';
export type { Coverage } from './confidence.ts';
export { eraseFiles } from './erase-files.ts';
export { coverageOf, stemsOf, subjectTerms, type Term, weighTerms } from './evidence.ts';
export { listFiles, listFilesOf } from './files.ts';
export { selectHeadings } from './headings.ts';
export { knowledgeJobs } from './jobs.ts';
export { queryWords } from './keywords.ts';
export { moveKeywords } from './move-words.ts';
export { knowledgeRoutes } from './routes.ts';
export { File, FileForm, FileQuery, FileUpload, Uploaded } from './schema.ts';
export { type Found, type SearchCall, type SearchInput, searchKnowledge } from './search.ts';
export {
  rerankers,
  type SearchHit as Hit,
  SearchHit,
  SearchQuery,
  SearchResult,
  searchModes,
} from './search-schema.ts';
export { type UploadSource, uploadFiles } from './upload.ts';
