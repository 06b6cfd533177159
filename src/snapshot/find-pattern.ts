import type { ByteString } from '../bytes/byte-string.js'
import { escapedTextOf } from '../bytes/escaped-text.js'
import { VarveError } from '../errors.js'
import { EntryType } from '../format/entry.js'
import type { StoredEntry } from '../format/stored-entry.js'
import { splitKey } from '../format/tree-key.js'
import { compileGlob, type Glob, globstar, matchesComponents } from './glob.js'

interface FindPattern {
  readonly scope: 'name' | 'path'
  readonly components: readonly (Glob | typeof globstar)[]
  readonly directoriesOnly: boolean
}

/**
 * Says of entries whether one of the patterns matches. Without a slash a pattern is matched with the name; with one,
 * with the path at any depth; with one at its start, with the whole path. One at its end means directories only. Characters
 * are those of UTF-8; a byte that is not part of any counts as one.
 */
export class EntryMatcher {
  readonly #patterns: readonly FindPattern[]
  readonly #ignoreCase: boolean
  readonly #needsPath: boolean
  #directory = '' as ByteString
  #above: string[] = []

  /** Errors: `invalid-argument` for an empty pattern, or none. */
  constructor(patterns: readonly string[], ignoreCase: boolean) {
    if (patterns.length === 0) throw new VarveError('invalid-argument', 'there is no pattern to find')
    this.#ignoreCase = ignoreCase
    this.#patterns = patterns.map((pattern) => compile(this.#fold(pattern)))
    this.#needsPath = this.#patterns.some(({ scope }) => scope === 'path')
  }

  matches(entry: StoredEntry): boolean {
    const { directory, name } = splitKey(entry.key)
    const text = this.#fold(escapedTextOf(name))
    const components = this.#needsPath ? [...this.#componentsOf(directory), text] : []
    const isDirectory = entry.type === EntryType.directory
    return this.#patterns.some(
      ({ scope, components: pattern, directoriesOnly }) =>
        (isDirectory || !directoriesOnly) &&
        matchesComponents(pattern, scope === 'name' ? [text] : components),
    )
  }

  /** Entries of a directory come in a row. */
  #componentsOf(directory: ByteString): string[] {
    if (directory !== this.#directory) {
      this.#directory = directory
      this.#above = this.#fold(escapedTextOf(directory)).split('/')
    }
    return directory === '' ? [] : this.#above
  }

  #fold(text: string): string {
    return this.#ignoreCase ? text.toLowerCase() : text
  }
}

const compile = (pattern: string): FindPattern => {
  const isAnchored = pattern.startsWith('/')
  const directoriesOnly = pattern.endsWith('/')
  const components = pattern.split('/').filter((component) => component !== '' && component !== '.')
  if (components.length === 0)
    throw new VarveError('invalid-argument', `${JSON.stringify(pattern)} is no pattern`, {
      hint: 'Give a name or a path, with * for any characters.',
    })
  if (components.length === 1 && !isAnchored)
    return { scope: 'name', components: [compileGlob(components[0]!)], directoriesOnly }
  const parts = components.map((component) => (component === '**' ? globstar : compileGlob(component)))
  // What ends with ** means all that is below, not the directory itself.
  if (parts.at(-1) === globstar) parts.push(compileGlob('*'))
  return { scope: 'path', components: isAnchored ? parts : [globstar, ...parts], directoriesOnly }
}
