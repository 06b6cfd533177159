/** The floors of src/ (docs/ARCHITECTURE.md). An import goes to a lower floor, or stays in its own part. */
const floors: readonly (readonly string[])[] = [
  ['errors.ts', 'version.ts', 'progress.ts', 'bytes'],
  ['crypto', 'chunking', 'compression', 'backend', 'filesystem'],
  ['format'],
  ['pack', 'chunk-index', 'tree'],
  ['workers'],
  ['repository'],
  ['snapshot'],
  ['operations'],
  ['library'],
  ['index.ts'],
  ['cli'],
]

/** What an import may stay in: a folder of src/, or one operation. */
export const partOf = (path: string): string => {
  const [first, second, third] = path.split('/')
  return first === 'operations' && third !== undefined ? `${first}/${second}` : first!
}

/** -1 where the file stands on no floor. */
export const floorOf = (path: string): number => {
  const first = path.split('/')[0]!
  return floors.findIndex((parts) => parts.includes(first))
}

/** Parts that may touch files, processes, threads and the machine. */
export const touchesOutside = new Set(['backend', 'filesystem', 'workers', 'chunk-index', 'cli'])

/** Parts that may ask for the time and for random bytes, and hand both down. */
export const entryPoints = new Set(['library', 'cli'])

/** The one part that knows of each package. */
export const packageHomes: Readonly<Record<string, string>> = {
  '@noble/hashes': 'crypto',
  cborg: 'format',
  commander: 'cli',
  ignore: 'filesystem',
  koffi: 'filesystem',
  'smol-toml': 'cli',
  'zstd-napi': 'compression',
}
