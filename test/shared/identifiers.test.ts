import { describe, expect, it } from 'vitest';
import { words } from '../../src/shared/words.ts';

describe('words of identifiers', () => {
  it('has the identifier and its parts', () => {
    expect(words('call getUserName() now')).toEqual([
      'call',
      'getusername',
      'get',
      'user',
      'name',
      'now',
    ]);
    expect(words('XMLHttpRequest')).toEqual(['xmlhttprequest', 'xml', 'http', 'request']);
  });

  it('leaves words alone whose parts are letters, and what is no identifier', () => {
    expect(words('iPhone mRNA eBay NASA Nasa')).toEqual(['iphone', 'mrna', 'ebay', 'nasa', 'nasa']);
    expect(words('GroßeStraße')).toEqual(['großestraße']);
  });

  it('is linear in the length of a text without spaces, and does not double it', () => {
    const started = performance.now();
    expect(words('aB'.repeat(200_000))).toHaveLength(1);
    expect(words('getUser'.repeat(100_000))).toHaveLength(1);
    expect(words(`${'a'.repeat(400_000)}B`)).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
