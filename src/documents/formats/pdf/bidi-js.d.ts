declare module 'bidi-js' {
  export interface EmbeddingLevels {
    readonly levels: Uint8Array;
    readonly paragraphs: readonly {
      readonly start: number;
      readonly end: number;
      readonly level: number;
    }[];
  }
  export interface Bidi {
    getEmbeddingLevels(text: string, baseDirection?: 'ltr' | 'rtl' | 'auto'): EmbeddingLevels;
    /** Ranges to reverse in sequence, both ends included. */
    getReorderSegments(
      text: string,
      levels: EmbeddingLevels,
    ): readonly (readonly [number, number])[];
  }
  export default function bidiFactory(): Bidi;
}
