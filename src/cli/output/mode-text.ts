import type { ListedEntry } from '../../index.js'

const letters: Readonly<Record<ListedEntry['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  'char-device': 'c',
  'block-device': 'b',
}

/** Ten characters as `ls -l` shows them, with s, S, t and T for setuid, setgid and sticky. */
export const modeText = ({ type, mode }: Pick<ListedEntry, 'type' | 'mode'>): string =>
  letters[type] +
  triple(mode >> 6, (mode & 0o4000) !== 0, 's') +
  triple(mode >> 3, (mode & 0o2000) !== 0, 's') +
  triple(mode, (mode & 0o1000) !== 0, 't')

const triple = (bits: number, special: boolean, letter: string): string => {
  const execute = (bits & 1) !== 0
  const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-'
  return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${last}`
}
