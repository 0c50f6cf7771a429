/** Made by `scripts/price-table.ts`. */
declare module '*/price-table.mjs' {
  export * from '@pydantic/genai-prices';
}
