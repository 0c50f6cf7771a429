/** URL of the original of a file, at a page where that is known. */
export const contentUrl = (origin: string, file_id: string, page: number | null = null): string =>
  `${origin}/api/v1/files/${file_id}/content${page === null ? '' : `#page=${page}`}`;
