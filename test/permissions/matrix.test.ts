import { beforeAll, describe, expect, it } from 'vitest';
import { closed, complete, partial, type Way } from './ways.ts';
import {
  closedTo,
  type FileName,
  filesIn,
  newWorld,
  type Reader,
  readerNames,
  readers,
  type World,
} from './world.ts';

let world: World;
beforeAll(async () => {
  world = await newWorld();
});

interface Received {
  readonly name: Reader;
  /** What the reader got, and what a model got for the reader. */
  readonly text: string;
  readonly prompts: string;
}

const requests = async () =>
  (await Promise.all(world.providers.map((one) => one.requests()))).map((all) =>
    all.map((one) => JSON.stringify(one)),
  );

/** Goes a way as every reader, one after the other. */
async function goAsAll(way: Way): Promise<Received[]> {
  const all: Received[] = [];
  for (const name of readerNames) {
    const before = await requests();
    const text = await way(await world.as(name), world);
    const after = await requests();
    const prompts = after.flatMap((some, index) => some.slice(before[index]?.length ?? 0)).join();
    all.push({ name, text, prompts });
  }
  return all;
}

/** The closed files among those whose marks were received, by reader. */
const leaks = (received: readonly Received[]): Record<string, FileName[]> =>
  Object.fromEntries(
    received.map(({ name, text, prompts }) => [
      name,
      filesIn(text + prompts).filter((file) => closedTo(name).includes(file)),
    ]),
  );

const noLeaks = Object.fromEntries(readerNames.map((name) => [name, []]));

describe('an end user', () => {
  it.each(Object.keys(complete))('reads exactly the permitted files by %s (R85)', async (way) => {
    const received = await goAsAll(complete[way] as Way);
    expect(Object.fromEntries(received.map(({ name, text }) => [name, filesIn(text)]))).toEqual(
      Object.fromEntries(readerNames.map((name) => [name, readers[name].reads])),
    );
  });

  it.each(Object.keys(partial))('reads only permitted files by %s (R85)', async (way) => {
    const received = await goAsAll(partial[way] as Way);
    expect(leaks(received)).toEqual(noLeaks);
    for (const { name, text } of received) {
      expect(filesIn(text), name).not.toEqual([]);
      expect(text, name).not.toMatch(/^[45]\d\d /m);
    }
  });

  it.each(Object.keys(closed))('is refused %s (R85)', async (way) => {
    for (const { name, text } of await goAsAll(closed[way] as Way)) {
      expect(text, name).toMatch(/^403 /);
      expect(filesIn(text), name).toEqual([]);
    }
  });
});
