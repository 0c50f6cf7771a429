export { type Chunk, type ChunkSource, chunkDocument } from './chunk/chunk.ts';
export type { ExtractedDocument } from './document.ts';
export { encodingOf } from './encoding/decode.ts';
export { extractDocument } from './extract.ts';
export { DocumentFault, faultCodes } from './fault.ts';
export { kindOfMediaType, servedTypeOf, servedTypes } from './identify.ts';
export { asDownload } from './transfer/download.ts';
export { FileName } from './transfer/file-name.ts';
export { type FilePart, readForm } from './transfer/multipart.ts';
export { originalKey, streamOf } from './transfer/original.ts';
export {
  documentType,
  type FileType,
  maxFileBytes,
  type Received,
  receiveFile,
  textPart,
} from './transfer/receive.ts';
export { pageToMarkdown, type WebPage } from './web-page.ts';
