import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it that are missing. Resolves to the topmost one that was made, undefined when the path was
 * taken already, by whatever. Node's own `recursive` never ends where mkdir(2) says ENOENT in a folder that is there, as /proc does.
 */
export const makeFolders = async (path: string, mode: number): Promise<string | undefined> => {
  const first = await attempt(path, mode)
  if (first !== 'no-parent') return first === 'made' ? path : undefined
  const topmost = dirname(path) === path ? undefined : await makeFolders(dirname(path), mode)
  await mkdir(path, { mode }).catch(unlessTaken)
  return topmost ?? path
}

const attempt = async (path: string, mode: number): Promise<'made' | 'taken' | 'no-parent'> => {
  try {
    await mkdir(path, { mode })
    return 'made'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'no-parent'
    unlessTaken(error)
    return 'taken'
  }
}

const unlessTaken = (error: unknown): void => {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
}
