import { api } from '../../api/api.ts';
import { isProcessing } from './file-state.ts';
import { sum } from './lists.ts';

interface FilesOfBase {
  readonly count: number;
  readonly bytes: number;
  readonly processing: number;
  readonly failed: number;
  /** True when the base has more files than were counted. */
  readonly hasMore: boolean;
}

/** Figures of the latest 100 files of a base; several readers share one request. */
export function useFilesOfBase(kb: string): {
  readonly files: FilesOfBase | undefined;
  readonly isFailed: boolean;
} {
  const { data, error } = api.useQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}/files',
    { params: { path: { kb }, query: { limit: 100 } } },
    {
      refetchInterval: ({ state }) => (state.data?.data.some(isProcessing) === true ? 3000 : false),
    },
  );
  if (data === undefined) return { files: undefined, isFailed: error !== null };
  const files = {
    count: data.data.length,
    bytes: sum(data.data.map(({ byte_size }) => byte_size)),
    processing: data.data.filter(isProcessing).length,
    failed: data.data.filter(({ status }) => status === 'failed').length,
    hasMore: data.next_cursor !== null,
  };
  return { files, isFailed: false };
}
