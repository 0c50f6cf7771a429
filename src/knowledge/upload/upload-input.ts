import type { ReceivedFile } from '../../documents/index.ts';
import type { FileUpload } from '../schema.ts';

export type UploadSource = { readonly request: Request } | { readonly body: FileUpload };

/** A file whose bytes are stored under its id, without a row yet. */
export interface StoredFile extends ReceivedFile {
  readonly id: string;
}

export interface Upload {
  readonly files: readonly StoredFile[];
  readonly external_id: string | null;
  readonly encoding: string | null;
  readonly metadata: Record<string, unknown>;
  /** Undefined for those of the file that is replaced, and of the base for new files. */
  readonly groups: string[] | null | undefined;
  /** The groups of new files of the base. */
  readonly default_groups: string[] | null;
}
