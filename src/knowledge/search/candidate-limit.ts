/** Maximum number of candidates from each retriever. */
export const candidateLimit = 60;
