import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Example {
  /** Where it stands: `README.md:120`, or `src/library/repository.ts:40`. */
  readonly place: string
  readonly code: string
}

/** Every block of TypeScript in the README. */
export const examplesOfReadme = (): Example[] =>
  matches('README.md', /^```ts\n([\s\S]*?)^```$/gm).map(({ place, text }) => ({ place, code: text }))

/** Every `@example` in a comment of the sources. */
export const examplesOfSources = (): Example[] =>
  readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => matches(`src/${name}`, /^ *\* @example\b([\s\S]*?)(?=^ *\*\/| *\*\/$|^ *\* @)/gm))
    .map(({ place, text }) => ({ place, code: text.replace(/^ *\* ?/gm, '').trim() }))

const matches = (file: string, pattern: RegExp): { place: string; text: string }[] => {
  const content = readFileSync(root + file, 'utf8')
  return [...content.matchAll(pattern)].map((match) => ({
    place: `${file}:${content.slice(0, match.index).split('\n').length}`,
    text: match[1]!,
  }))
}
