/** A file as text, through Vite. */
declare module '*?raw' {
  const text: string;
  export default text;
}

/** A file as a `data:` address, through Vite. */
declare module '*?url&inline' {
  const address: string;
  export default address;
}
