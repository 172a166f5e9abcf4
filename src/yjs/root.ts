/** The name of the text in its document. It is in every update, so it can never be another. */
export const ROOT = 'text';
