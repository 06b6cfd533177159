import { VarveError } from '../../errors.js'

/**
 * The tags of a new snapshot. A filter takes `a,b` for two tags, cuts blanks off and takes no text for no tag, so none of
 * these could be found again. Errors: `invalid-argument`.
 */
export const tagsOf = (tags: readonly string[]): readonly string[] => {
  for (const tag of tags)
    if (tag === '' || tag.includes(',') || tag !== tag.trim())
      throw new VarveError('invalid-argument', `${JSON.stringify(tag)} cannot be a tag`, {
        hint: 'A tag has at least one character, no comma, and no blank at its ends; several are given as several.',
      })
  return tags
}
