import type { Storage } from '../../compound-file.ts';
import { DocumentFault } from '../../fault.ts';
import { type ArtRecord, recordsIn } from '../../office-art.ts';
import { numberAt, types } from './records.ts';

const isEncrypted = 0xf3d1_c4df;
/** Length of an edit that names the settings of an encryption. */
const encryptedEdit = 32;
const maxEdits = 10_000;

const corrupt = () => new DocumentFault('corrupt', 'The presentation is damaged.');
const protectedFile = () => new DocumentFault('encrypted', 'The document is password-protected.');

/** The records of a presentation that are stored by number; those of the last edit replace others ([MS-PPT], 2.1.2). */
export class PresentationFile {
  readonly #stream: Uint8Array;
  readonly #places = new Map<number, number>();
  /** The record that lists the slides. */
  readonly document: ArtRecord;

  constructor({ streams }: Storage) {
    if (streams.has('EncryptedPackage') || streams.has('EncryptedSummary')) throw protectedFile();
    if (streams.has('PP40') || streams.has('PersistentStorage Directory'))
      throw new DocumentFault(
        'unsupported',
        'Presentations of PowerPoint 95 and before are not supported. Save the file as .pptx.',
      );
    const stream = streams.get('PowerPoint Document');
    if (stream === undefined)
      throw new DocumentFault('unsupported', 'The file is not a presentation.');
    this.#stream = stream;
    const user = streams.get('Current User') ?? new Uint8Array(0);
    if (numberAt(user, 12) === isEncrypted) throw protectedFile();
    const edits = this.#edits(numberAt(user, 16));
    for (const edit of edits) this.#readDirectory(numberAt(edit.content, 12));
    const document = this.at(numberAt(edits[0]?.content ?? new Uint8Array(0), 16));
    if (document?.type !== types.document) throw corrupt();
    this.document = document;
  }

  /** Returns the record with a number; null for none. */
  at(number: number): ArtRecord | null {
    return this.#recordAt(this.#places.get(number) ?? this.#stream.length);
  }

  #recordAt(place: number): ArtRecord | null {
    const [record] = recordsIn(this.#stream.subarray(place));
    return record ?? null;
  }

  /** Returns the edits from the last to the first; where their chain is broken, those in the stream follow. */
  #edits(start: number): ArtRecord[] {
    const edits: ArtRecord[] = [];
    const seen = new Set<number>();
    let place = start;
    while (edits.length < maxEdits && !seen.has(place)) {
      seen.add(place);
      const edit = this.#recordAt(place);
      if (edit?.type !== types.edit) break;
      if (edit.content.length >= encryptedEdit) throw protectedFile();
      edits.push(edit);
      place = numberAt(edit.content, 8);
      if (place === 0) return edits;
    }
    const others = [...recordsIn(this.#stream)].filter(({ type }) => type === types.edit).reverse();
    if (edits.length + others.length === 0) throw corrupt();
    return [...edits, ...others];
  }

  /** Entries: a first number with a count in its upper 12 bits, then that many places. */
  #readDirectory(place: number): void {
    const directory = this.#recordAt(place);
    if (directory?.type !== types.directory) return;
    const { content } = directory;
    for (let at = 0; at + 4 <= content.length; ) {
      const first = numberAt(content, at) & 0xf_ffff;
      const count = numberAt(content, at) >>> 20;
      at += 4;
      for (let index = 0; index < count && at + 4 <= content.length; index += 1, at += 4)
        if (!this.#places.has(first + index))
          this.#places.set(first + index, numberAt(content, at));
    }
  }
}
