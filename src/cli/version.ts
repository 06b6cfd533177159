import { readFileSync } from 'node:fs'

/** The version in package.json, which stands two folders above this one in the sources and in the package alike. */
export const versionText = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
