// A file of its own, so that only code in TypeScript loads the library.
export { transform } from 'sucrase';
