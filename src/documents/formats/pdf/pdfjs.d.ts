/** Made by `scripts/pdf-parser.ts`. */
declare module '*/pdfjs.mjs' {
  export const getDocument: typeof import('pdfjs-dist').getDocument;
}
