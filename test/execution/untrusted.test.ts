import { describe, expect, it } from 'vitest';
import { Untrusted } from '../../src/execution/index.ts';

describe('untrusted content (R44)', () => {
  it('is of every host that a source has read, with and without `www.`', () => {
    const untrusted = new Untrusted();
    untrusted.add('fetch_url', ['www.a.example']);
    expect(untrusted.besides(['a.example'])).toEqual([]);
    untrusted.add('fetch_url', ['b.example']);
    expect(untrusted.besides(['a.example'])).toEqual(['fetch_url']);
    expect(untrusted.besides(['b.example'])).toEqual(['fetch_url']);
    expect(untrusted.besides(['a.example', 'b.example'])).toEqual([]);
    untrusted.add('fetch_url');
    untrusted.add('fetch_url', ['a.example']);
    expect(untrusted.besides(['a.example', 'b.example'])).toEqual(['fetch_url']);
  });

  it('survives a run that waits, also one of an earlier version', () => {
    const before = new Untrusted();
    before.add('documents');
    before.add('read_order', ['a.example']);
    before.offer(['https://a.example/x y']);
    const after = new Untrusted();
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    expect(after.besides(['a.example'])).toEqual(['documents']);
    expect(after.hasOffered('https://A.example/x%20y')).toBe(true);
    expect(after.hasOffered('https://a.example/x%20y?k=1')).toBe(false);
    const former = new Untrusted();
    former.restore([
      ['documents', null],
      ['read_order', 'a.example'],
    ]);
    expect(former.besides(['a.example'])).toEqual(['documents']);
  });
});
