/**
 * Shell patterns: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a class, `\\` takes the meaning from the next
 * character. In a pattern of several components `**` stands for any number of them. A component is matched in time
 * proportional to its length times the pattern's, because only the last star is ever tried again: what an earlier star
 * could give, the later one gives too. The same holds for `**` among components. So no pattern can hang.
 */

type Token =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | {
      readonly kind: 'class'
      readonly negated: boolean
      readonly ranges: readonly (readonly [number, number])[]
    }

/** One component of a pattern. */
export type Glob = readonly Token[]

export const globstar = Symbol('**')

/** A class that is not closed stands for itself, as in a shell. */
export const compileGlob = (pattern: string): Glob => {
  const codes = Array.from(pattern, (character) => character.codePointAt(0)!)
  const tokens: Token[] = []
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    const found = code === open ? readClass(codes, at) : undefined
    if (found !== undefined) {
      tokens.push(found.token)
      at = found.end
    } else if (code === star) {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' })
    } else if (code === question) tokens.push({ kind: 'any' })
    else if (code === backslash && at + 1 < codes.length)
      tokens.push({ kind: 'character', code: codes[++at]! })
    else tokens.push({ kind: 'character', code })
  }
  return tokens
}

export const matchesGlob = (glob: Glob, text: string): boolean => {
  let token = 0
  let at = 0
  /** Behind the last star, and where what it did not take begins. */
  let retryToken = -1
  let retryAt = 0
  while (at < text.length) {
    const code = text.codePointAt(at)!
    const current = glob[token]
    if (current?.kind === 'star') {
      retryToken = ++token
      retryAt = at
    } else if (current !== undefined && takes(current, code)) {
      token++
      at += unitsOf(code)
    } else if (retryToken >= 0) {
      token = retryToken
      retryAt += unitsOf(text.codePointAt(retryAt)!)
      at = retryAt
    } else return false
  }
  return token === glob.length || (token === glob.length - 1 && glob[token]!.kind === 'star')
}

/** All components of a path against all of a pattern. */
export const matchesComponents = (
  pattern: readonly (Glob | typeof globstar)[],
  components: readonly string[],
): boolean => {
  let part = 0
  let at = 0
  let retryPart = -1
  let retryAt = 0
  while (at < components.length) {
    const current = pattern[part]
    if (current === globstar) {
      retryPart = ++part
      retryAt = at
    } else if (current !== undefined && matchesGlob(current, components[at]!)) {
      part++
      at++
    } else if (retryPart >= 0) {
      part = retryPart
      at = ++retryAt
    } else return false
  }
  while (pattern[part] === globstar) part++
  return part === pattern.length
}

const [open, close, star, question, backslash, dash, bang, caret] = Array.from('[]*?\\-!^', (character) =>
  character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number]

const unitsOf = (code: number): number => (code > 0xffff ? 2 : 1)

const takes = (token: Token, code: number): boolean => {
  if (token.kind === 'character') return token.code === code
  if (token.kind === 'class')
    return token.negated !== token.ranges.some(([low, high]) => low <= code && code <= high)
  return token.kind === 'any'
}

/** `end` is the closing bracket; a bracket directly after the opening one belongs to the class. */
const readClass = (codes: readonly number[], start: number): { token: Token; end: number } | undefined => {
  let at = start + 1
  const negated = codes[at] === bang || codes[at] === caret
  if (negated) at++
  const ranges: [number, number][] = []
  for (const first = at; at < codes.length; at++) {
    if (codes[at] === close && at > first) return { token: { kind: 'class', negated, ranges }, end: at }
    if (codes[at] === backslash && at + 1 < codes.length) at++
    const low = codes[at]!
    if (codes[at + 1] !== dash || codes[at + 2] === undefined || codes[at + 2] === close)
      ranges.push([low, low])
    else {
      at += codes[at + 2] === backslash && codes[at + 3] !== undefined ? 3 : 2
      ranges.push([low, codes[at]!])
    }
  }
  return undefined
}
