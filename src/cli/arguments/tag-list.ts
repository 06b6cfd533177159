/** Tags as they are given: each item may hold several with commas between them. Blanks around a tag are not part of it. */
export const tagsOf = (items: readonly string[]): string[] =>
  items
    .flatMap((item) => item.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
