export { newAgentBase, refuseSearchedBase, unknownBases } from './bases.ts';
export { type Chunk, chunkDocument } from './chunk.ts';

export { asDownload } from './download.ts';
export { eraseFiles } from './erase-files.ts';
export { coverageOf, stemsOf, subjectTerms, weighTerms } from './evidence.ts';
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
export { pageToMarkdown } from './page.ts';
export {
  documentType,
  type FileType,
  type Received,
  receiveFile,
  textPart,
} from './receive.ts';
export { File, FileForm, FileQuery, FileUpload, Uploaded } from './schema.ts';
export { searchKnowledge } from './search.ts';
export {
  rerankers,
  type SearchHit as Hit,
  SearchQuery,
  SearchResult,
  searchModes,
} from './search-schema.ts';
export { type UploadSource, uploadFiles } from './upload.ts';
