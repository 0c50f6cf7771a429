export { CreateBase } from './base-schema.ts';
export {
  createBase,
  deleteBase,
  listBases,
  newAgentBase,
  refuseSearchedBase,
  unknownBases,
} from './bases.ts';
export { evaluationsOfActivation } from './evaluation/evaluations.ts';
export { planGoldenQuestions } from './evaluation/import-questions.ts';
export { isSamePassage } from './evaluation/measure.ts';
export { SearchSettings } from './evaluation/schema.ts';
export { knowledgeFeature } from './feature.ts';
export {
  File,
  FileForm,
  FileQuery,
  FileUpload,
  type PartlyUploaded,
  partlyUploaded,
  Uploaded,
} from './file-schema.ts';
export { getFile, listFilesOf } from './files.ts';
export { type Original, originalSince } from './history/cited-original.ts';
export { latestRevisions, lostPin } from './history/pins.ts';
export { eraseFiles } from './ingest/erase-files.ts';
export { knowledgeJobs } from './jobs.ts';
export { findNamedFiles } from './named-files.ts';
export { locatePassages } from './pages/locate.ts';
export { getPage } from './pages/pages.ts';
export { located } from './pages/schema.ts';
export { isReadable } from './readable.ts';

export { passagesFor } from './search/confidence.ts';
export { coverageOf, subjectTerms, weighTerms } from './search/evidence.ts';
export { MetadataFilter, type SearchFilter } from './search/filter.ts';
export { selectBeginnings, selectHeadings } from './search/headings.ts';
export type { Hit } from './search/hit.ts';

export { queryWords } from './search/keywords.ts';
export { narrowFilter } from './search/narrow-filter.ts';
export { readPassage } from './search/read-passage.ts';
export { toResult } from './search/result.ts';
export {
  context_tokens,
  diversity,
  Reranker,
  SearchQuery,
  SearchResult,
  searchModes,
} from './search/schema.ts';
export { searchKnowledge } from './search/search.ts';
export { searchQueries } from './search/search-queries.ts';
export { getText } from './text/get-text.ts';
export { listTexts } from './text/list-texts.ts';
export { uploadFiles } from './upload/upload.ts';
export type { UploadSource } from './upload/upload-input.ts';
