export {
  type ArchiveEntry,
  archiveType,
  type EntryPlace,
  openEntry,
  streamOf,
} from './archive/archive.ts';
export { listTar } from './archive/tar.ts';
export { listZip } from './archive/zip.ts';
export { type Chunk, chunkDocument } from './chunk/chunk.ts';
export { cleanText } from './clean-text.ts';
export type { ExtractedDocument } from './document.ts';
export { encodingOf } from './encoding/decode.ts';
export { extractOriginal, isExtractedInline } from './extract-original.ts';
export { DocumentFault, faultCodes } from './fault.ts';
export type { FormatKind } from './format.ts';
export { isSeen } from './formats/zip/names.ts';
export {
  embeddedFormatOf,
  findFormat,
  formatOf,
  formatOfContent,
  mediaTypeOf,
} from './identify.ts';
export { detectLanguage } from './language/detect-language.ts';
export { tableRow, tableRule } from './markup/table-row.ts';
export { openOriginal } from './open-original.ts';
export { type Box, boxOf, decodeLines, type LineLayout, type PageLayout } from './page-layout.ts';
export { describeDocument } from './properties/describe-document.ts';
export { canonicalLanguage } from './properties/language-tag.ts';
export { type DocumentProperties, maxPropertyChars } from './properties/properties.ts';
export { readableTypes, readResponse } from './read-response.ts';
export { responseName } from './response-name.ts';
export type { Scan } from './scan.ts';
export { headBytes } from './signature.ts';
export { isSourceCode } from './source-code.ts';
export {
  decodeResponse,
  documentName,
  isWebPage,
  readSourcePage,
} from './source-document.ts';
export {
  acceptedFiles,
  acceptedSizes,
  extensionsOf,
  maxBytes,
  servedTypes,
} from './supported.ts';
export { attachmentHeaders, downloadOriginal, isPassive } from './transfer/download.ts';
export { FileName } from './transfer/file-name.ts';
export { type FilePart, LongRestError, readForm } from './transfer/multipart.ts';
export { bytesOf, originalKey } from './transfer/original.ts';
export { type ReceivedFile, receiveFile, textPart } from './transfer/receive.ts';
