import { firstLineOf } from './tool.mjs'

/**
 * What compressing alone costs: no encryption, no deduplication, no increments. `zstd -t` proves a checksum, no id.
 * @param {string} tarProgram
 * @param {string} zstdProgram
 * @returns {import('./tool.mjs').Tool}
 */
export const tar = (tarProgram, zstdProgram) => {
  const [t, z] = [tarProgram, zstdProgram]
  /** @type {(place: import('./tool.mjs').Place, script: string, args?: string[], cwd?: string) => import('./tool.mjs').Command} */
  const command = (place, script, args = [], cwd = place.folder) => ({
    program: '/bin/sh',
    args: ['-c', script, 'sh', t, z, `${place.repository}/archive.tar.zst`, ...args],
    cwd,
    env: place.environment(),
  })
  return {
    name: 'tar + zstd',
    version: `${firstLineOf(t, ['--version'])}, ${firstLineOf(z, ['--version'])}`,
    keepsHistory: false,
    init: () => [],
    backup: (place, source) => command(place, '"$1" c . | "$2" -q -f -3 -T2 -o "$3"', [], source),
    check: (place) => command(place, '"$2" -q -t "$3"'),
    restore: (place, target) => command(place, '"$2" -q -dc "$3" | "$1" x', [], target),
    one: (place, path) => command(place, '"$2" -q -dc "$3" | "$1" xO "$4"', [`./${path}`]),
  }
}
