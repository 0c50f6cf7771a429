export { newAgentBase, refuseSearchedBase, unknownBases } from './bases.ts';
export { type Chunk, type ChunkSource, chunkDocument } from './chunk.ts';
export type { Coverage } from './confidence.ts';
export { asDownload } from './download.ts';
export { eraseFiles } from './erase-files.ts';
export { coverageOf, stemsOf, subjectTerms, type Term, weighTerms } from './evidence.ts';
export { DocumentFault, type ExtractedDocument, faultCodes } from './extract/document.ts';
export { extractDocument } from './extract/extract.ts';
export { knowledgeFeature } from './feature.ts';
export { listFiles, listFilesOf } from './files.ts';
export { selectHeadings } from './headings.ts';
export { knowledgeJobs } from './jobs.ts';
export { queryWords } from './keywords.ts';
export { kindOfMediaType, servedTypeOf, servedTypes } from './media.ts';
export { type FilePart, readForm } from './multipart.ts';
export { originalKey, streamOf } from './objects.ts';
export { pageToMarkdown, type WebPage } from './page.ts';
export {
  documentType,
  type FileType,
  maxFileBytes,
  type Received,
  receiveFile,
  textPart,
} from './receive.ts';
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
