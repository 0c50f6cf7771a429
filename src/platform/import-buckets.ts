import type { Config } from './config.ts';
import type { ImportBuckets } from './ports.ts';

const isBucket = (binding: unknown): binding is R2Bucket =>
  typeof binding === 'object' && binding !== null && 'createMultipartUpload' in binding;

/** Opens the buckets that the configuration allows the workspace to read and that are bound. */
export function createImportBuckets(
  env: object,
  { import_buckets }: Config,
  workspace_id: string,
): ImportBuckets {
  const bindings = new Map(
    import_buckets.flatMap((one) => {
      const binding: unknown = (env as Record<string, unknown>)[one.name];
      const isAllowed = one.workspace_id === null || one.workspace_id === workspace_id;
      return isAllowed && isBucket(binding) ? [[one.name, binding] as const] : [];
    }),
  );
  return {
    names: [...bindings.keys()],
    async list(bucket, { prefix, cursor }) {
      const options = cursor === null ? { prefix } : { prefix, cursor };
      const listed = await bindings.get(bucket)?.list(options);
      if (listed === undefined) return null;
      return { objects: listed.objects, next: listed.truncated ? listed.cursor : null };
    },
    async get(bucket, key) {
      const object = await bindings.get(bucket)?.get(key);
      if (object === undefined || object === null) return null;
      return { body: object.body, byte_size: object.size, etag: object.etag };
    },
  };
}
