import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useUploads } from './uploads.ts';

/** Reads files and figures of a base again when an upload has stored one. */
export function useFreshFiles(base_id: string): void {
  const cache = useQueryClient();
  const stored = useUploads(base_id).flatMap(({ id, file_id }) => (file_id === null ? [] : [id]));
  const key = stored.join(' ');
  useEffect(() => {
    if (key !== '')
      void cache.invalidateQueries({ predicate: ({ queryKey }) => isOfFiles(queryKey) });
  }, [key, cache]);
}

const isOfFiles = ([, path]: QueryKey): boolean =>
  typeof path === 'string' &&
  (path.startsWith('/api/v1/knowledge-bases') || path.startsWith('/api/v1/files'));
