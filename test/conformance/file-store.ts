import { beforeEach, describe, expect, it } from 'vitest';
import type { FileStore } from '../../src/platform/ports.ts';
import { sha256 } from '../../src/shared/digest.ts';

const streamOf = (...chunks: readonly Uint8Array<ArrayBuffer>[]) => new Blob([...chunks]).stream();
const bytesOf = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const options = { media_type: 'text/plain', limit: 16 * 1024 * 1024 };

/** The contract of a file store. `open` returns a store; keys of the suite are its own. */
export function describeFileStore(name: string, open: () => FileStore): void {
  describe(`file store: ${name}`, () => {
    let store: FileStore;
    let prefix: string;
    beforeEach(() => {
      store = open();
      prefix = `conformance/${crypto.randomUUID()}/`;
    });
    const read = async (key: string) => {
      const found = await store.get(key);
      return found === null ? null : new Response(found.body).text();
    };

    it('returns size and digest of what it stored, and the bytes', async () => {
      const bytes = bytesOf('twelve bytes');
      const stored = await store.put(`${prefix}a`, streamOf(bytes), options);
      expect(stored).toEqual({ byte_size: 12, sha256: await sha256(bytes) });
      expect((await store.get(`${prefix}a`))?.byte_size).toBe(12);
      expect(await read(`${prefix}a`)).toBe('twelve bytes');
    });

    it('returns a range of an object with the size of the whole, up to its end', async () => {
      await store.put(`${prefix}a`, streamOf(bytesOf('twelve bytes')), options);
      const part = async (offset: number, length: number) => {
        const found = await store.get(`${prefix}a`, { offset, length });
        return [found?.byte_size, await new Response(found?.body).text()];
      };
      expect(await part(0, 6)).toEqual([12, 'twelve']);
      expect(await part(7, 100)).toEqual([12, 'bytes']);
      expect(await store.get(`${prefix}absent`, { offset: 0, length: 1 })).toBeNull();
    });

    it('stores a file of several parts and chunks of any size', async () => {
      const chunks = [1, 64 * 1024, 5 * 1024 * 1024, 300_000].map((size, index) =>
        new Uint8Array(size).fill(index),
      );
      const whole = new Uint8Array(await new Blob(chunks).arrayBuffer());
      const stored = await store.put(`${prefix}a`, streamOf(...chunks), options);
      expect(stored).toEqual({
        byte_size: whole.byteLength,
        sha256: await sha256(whole),
      });
      const found = await store.get(`${prefix}a`);
      const kept = new Uint8Array(await new Response(found?.body).arrayBuffer());
      expect(await sha256(kept)).toBe(stored.sha256);
    });

    it('reads a part of an object, which ends with the object', async () => {
      await store.put(`${prefix}a`, streamOf(bytesOf('twelve bytes')), options);
      const part = async (offset: number, length: number) => {
        const found = await store.get(`${prefix}a`, { offset, length });
        return [found?.byte_size, await new Response(found?.body).text()];
      };
      expect(await part(2, 4)).toEqual([12, 'elve']);
      expect(await part(7, 100)).toEqual([12, 'bytes']);
    });

    it('stores an empty file', async () => {
      expect((await store.put(`${prefix}a`, streamOf(), options)).byte_size).toBe(0);
      expect(await read(`${prefix}a`)).toBe('');
    });

    it('replaces the object of a key', async () => {
      await store.put(`${prefix}a`, streamOf(bytesOf('old')), options);
      await store.put(`${prefix}a`, streamOf(bytesOf('new')), options);
      expect(await read(`${prefix}a`)).toBe('new');
    });

    it('accepts the limit and refuses one byte more, keeping nothing', async () => {
      const limited = { ...options, limit: 3 };
      expect((await store.put(`${prefix}a`, streamOf(bytesOf('abc')), limited)).byte_size).toBe(3);
      const over = store.put(`${prefix}b`, streamOf(bytesOf('ab'), bytesOf('cd')), limited);
      await expect(over).rejects.toMatchObject({ code: 'too_large' });
      expect(await store.get(`${prefix}b`)).toBeNull();
    });

    it('throws the error of the body and keeps nothing', async () => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error('cut off')),
      });
      await expect(store.put(`${prefix}a`, body, options)).rejects.toThrow('cut off');
      expect(await store.get(`${prefix}a`)).toBeNull();
    });

    it('removes the objects it is given and ignores those that are absent', async () => {
      for (const key of ['a', 'b']) await store.put(prefix + key, streamOf(bytesOf(key)), options);
      await store.remove([`${prefix}a`, `${prefix}absent`]);
      await store.remove([]);
      expect([await read(`${prefix}a`), await read(`${prefix}b`)]).toEqual([null, 'b']);
    });

    it('removes every object of a prefix and no other', async () => {
      for (const key of ['x/a', 'x/b', 'y'])
        await store.put(prefix + key, streamOf(bytesOf(key)), options);
      await store.removeAll(`${prefix}x/`);
      const left = await Promise.all(['x/a', 'x/b', 'y'].map((key) => read(prefix + key)));
      expect(left).toEqual([null, null, 'y']);
    });

    it('lists the keys of a prefix in their order, some at a time', async () => {
      for (const key of ['x/c', 'x/a', 'x/b', 'y'])
        await store.put(prefix + key, streamOf(bytesOf(key)), options);
      const list = async (after: string | null, limit: number) =>
        (await store.list(`${prefix}x/`, after, limit)).map((key) => key.slice(prefix.length));
      expect(await list(null, 2)).toEqual(['x/a', 'x/b']);
      expect(await list(`${prefix}x/b`, 2)).toEqual(['x/c']);
      expect(await list(`${prefix}x/c`, 2)).toEqual([]);
    });

    it('answers a health check', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
