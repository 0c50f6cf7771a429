import type { GivenFileFields } from '../../db/schema/knowledge.ts';
import type { FilePart, ReceivedFile } from '../../documents/index.ts';
import type { FileUpload, RefusedFile } from '../file-schema.ts';

export type UploadSource =
  | { readonly request: Request }
  | { readonly body: FileUpload }
  | {
      readonly part: FilePart;
      readonly external_id: string | null;
      readonly metadata: Record<string, unknown>;
      readonly fields?: GivenFileFields;
      readonly groups?: string[] | null | undefined;
      readonly keeps_description?: boolean;
    };

/** A file whose bytes are stored under its id, without a row yet. */
export interface StoredFile extends ReceivedFile {
  readonly id: string;
}

/** The files of an upload in the order sent, with those that were refused. */
export type UploadEntry = StoredFile | RefusedFile;

export const isStored = (entry: UploadEntry): entry is StoredFile => 'id' in entry;

export interface Upload {
  readonly entries: readonly UploadEntry[];
  readonly external_id: string | null;
  readonly encoding: string | null;
  readonly metadata: Record<string, unknown>;
  /** New content keeps the fields of its file that are not given. */
  readonly fields: GivenFileFields;
  /** Undefined for those of the file that is replaced, and of the base for new files. */
  readonly groups: string[] | null | undefined;
  /** True if the same content again leaves metadata and fields of its file as they are. */
  readonly keeps_description?: boolean;
  /** The groups of new files of the base. */
  readonly default_groups: string[] | null;
}
