import { z } from 'zod';
import { documentName } from '../../../../documents/index.ts';
import { isSelected, normalizePath } from '../../../../web/index.ts';
import type { Connector, Listed, Listing, SourceContext } from '../../connector.ts';
import { SourceFault } from '../../fault.ts';
import { DriveFile, requestDrive, streamDrive } from './drive-client.ts';

const FileList = z.object({
  files: z.array(DriveFile),
  nextPageToken: z.string().optional(),
  incompleteSearch: z.boolean().default(false),
});

const fields =
  'id,name,mimeType,modifiedTime,md5Checksum,webViewLink,trashed,shortcutDetails(targetId,targetMimeType)';
const perRequest = '1000';
const maxFolders = 5000;

const folderType = 'application/vnd.google-apps.folder';
const shortcutType = 'application/vnd.google-apps.shortcut';
const office = 'application/vnd.openxmlformats-officedocument';

/** Formats in which documents of Google are exported. */
const exports: Readonly<Record<string, { readonly type: string; readonly extension: string }>> = {
  'application/vnd.google-apps.document': {
    type: `${office}.wordprocessingml.document`,
    extension: 'docx',
  },
  'application/vnd.google-apps.spreadsheet': {
    type: `${office}.spreadsheetml.sheet`,
    extension: 'xlsx',
  },
  'application/vnd.google-apps.presentation': {
    type: `${office}.presentationml.presentation`,
    extension: 'pptx',
  },
};

/** Folders that are still to be listed, with their paths; `seen` counts those that have been found. */
interface Cursor {
  readonly waiting: readonly (readonly [id: string, path: string])[];
  readonly token: string | null;
  readonly seen: number;
}

/**
 * Files of a folder with those below it, of a shared drive, or all that the account sees, by version 3 of the API of
 * Google Drive. A file is read again when its checksum changes; a document of Google, when it was modified.
 */
export const googleDrive: Connector<'google_drive'> = {
  keepsUnlisted: false,
  needsStart: false,
  async list(ctx, source, cursor): Promise<Listing> {
    const { folder_id } = source.settings;
    const first = folder_id === null ? [] : [[folder_id, ''] as const];
    const { waiting, token, seen }: Cursor =
      cursor === null ? { waiting: first, token: null, seen: 1 } : JSON.parse(cursor);
    const [folder] = waiting;
    const query = queryOf(source, folder?.[0] ?? null, token);
    const found = await requestDrive(ctx, source, '/files', query, FileList);
    if (found === null) {
      // One that is gone by now has no files; without the first, nothing is known.
      if (cursor === null)
        throw new SourceFault('not_found', 'The folder or drive does not exist or is not shared.');
      return rest({ waiting: waiting.slice(1), token: null, seen }, []);
    }
    // A part of the files would look like the removal of the others.
    if (found.incompleteSearch)
      throw new SourceFault('unreadable', 'Google Drive could not search all drives.', {
        isTemporary: true,
      });
    const path = folder?.[1] ?? '';
    const folders = found.files.filter(({ mimeType }) => mimeType === folderType);
    const below =
      folder === undefined ? [] : folders.map(({ id, name }) => [id, `${path}${name}/`] as const);
    if (seen + below.length > maxFolders)
      throw new SourceFault('too_large', `The folder has more than ${maxFolders} folders.`);
    const token_after = found.nextPageToken ?? null;
    const next: Cursor = {
      waiting: [...(token_after === null ? waiting.slice(1) : waiting), ...below],
      token: token_after,
      seen: seen + below.length,
    };
    return rest(
      next,
      found.files.flatMap((file) => listed(source, path, file)),
    );
  },
  async read(ctx, source, page, receive) {
    const path = `/files/${encodeURIComponent(page.key)}`;
    const file = await requestDrive(ctx, source, path, { fields }, DriveFile);
    if (file === null || file.trashed) return { kind: 'gone' };
    const name = nameOf(file);
    if (name === null) throw new SourceFault('unsupported_media_type', 'Unsupported type of file.');
    const type = exports[file.mimeType]?.type ?? null;
    return streamDrive(ctx, source, file.id, type, (stream) =>
      receive({ url: page.url, title: page.title, name, body: { stream, media_type: '' } }),
    );
  },
};

const rest = (next: Cursor, pages: readonly Listed[]): Listing => ({
  pages,
  next: next.waiting.length === 0 && next.token === null ? null : JSON.stringify(next),
});

function queryOf(
  { settings: { drive_id } }: SourceContext<'google_drive'>,
  folder: string | null,
  token: string | null,
): Record<string, string> {
  return {
    q: folder === null ? 'trashed = false' : `'${folder}' in parents and trashed = false`,
    fields: `nextPageToken,incompleteSearch,files(${fields})`,
    pageSize: perRequest,
    includeItemsFromAllDrives: 'true',
    ...(drive_id === null ? {} : { corpora: 'drive', driveId: drive_id }),
    ...(token === null ? {} : { pageToken: token }),
  };
}

/** A shortcut stands for the file that it leads to, whose version the listing does not have. */
function listed(
  { settings }: SourceContext<'google_drive'>,
  path: string,
  file: DriveFile,
): Listed[] {
  const { targetId, targetMimeType } = file.shortcutDetails ?? {};
  const isShortcut = file.mimeType === shortcutType;
  const id = isShortcut ? targetId : file.id;
  const actual = isShortcut ? { ...file, mimeType: targetMimeType ?? '' } : file;
  const isWanted =
    nameOf(actual) !== null && isSelected(normalizePath(`/${path}${file.name}`), settings);
  if (id === undefined || !isWanted) return [];
  return [
    {
      key: id,
      url: `https://drive.google.com/open?id=${id}`,
      title: `${path}${file.name}`.slice(0, 300),
      version: isShortcut ? null : (file.md5Checksum ?? file.modifiedTime ?? null),
    },
  ];
}

/** File name with the extension of its format; null for types that are not supported. */
function nameOf({ name, mimeType }: Pick<DriveFile, 'name' | 'mimeType'>): string | null {
  const exported = exports[mimeType];
  if (exported !== undefined) return `${name}.${exported.extension}`;
  return mimeType.startsWith('application/vnd.google-apps.')
    ? null
    : (documentName(name, '') ?? documentName(name, mimeType));
}
