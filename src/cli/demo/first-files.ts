import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Paths, relative to the folder, of so many regular files: the first in order. */
export const firstFiles = async (folder: string, count: number): Promise<string[]> => {
  const found: string[] = []
  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true })
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length === count) return
      const path = join(directory, entry.name)
      if (entry.isFile()) found.push(relative(folder, path))
      else if (entry.isDirectory()) await visit(path)
    }
  }
  await visit(folder)
  if (found.length < count)
    throw new Error(`${folder} has fewer than ${count} files; name a folder with more`)
  return found
}
