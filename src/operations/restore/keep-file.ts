import { applyAttributesToFd } from '../../filesystem/attributes.js'
import { closeFile } from '../../filesystem/read-file.js'
import type { Stat } from '../../filesystem/stat.js'
import { readXattrs, type Xattr } from '../../filesystem/xattrs.js'
import { reasonOf } from '../../workers/restore-file.js'
import type { FileWork } from './file-work.js'
import type { RestoreContext } from './restore-context.js'

/** A file whose content is right gets what attributes it lacks. */
export const keepFile = (context: RestoreContext, work: FileWork, found: Stat): void => {
  const { path, attributes, directory, name, content } = work
  const agrees = agreesWith(context, work, found)
  if (!agrees && !context.isDry) {
    try {
      const fd = directory.safe!.openFile(name)
      try {
        applyAttributesToFd(fd, path, attributes, ({ attribute, error }) => {
          if (attribute === 'owner' && context.ignoresOwners) return
          context.tally.problem(path, 'attribute', `${attribute}: ${reasonOf(error)}`)
        })
      } finally {
        closeFile(fd)
      }
    } catch (error) {
      context.tally.problem(path, 'attribute', reasonOf(error))
    }
  }
  context.tally.file(agrees ? 'unchanged' : 'updated', path, content.sizeBytes)
}

const agreesWith = (context: RestoreContext, work: FileWork, found: Stat): boolean =>
  context.attributes.agree(work.attributes, found, false) &&
  xattrsAgree(work.attributes.xattrs, () => readXattrs(work.directory.safe!.reach(work.name)))

/** What the system sets by itself does not count. */
export const xattrsAgree = (wanted: readonly Xattr[] | undefined, read: () => readonly Xattr[]): boolean => {
  if (wanted === undefined) return true
  const found = read().filter(
    ([name]) => !name.startsWith('security.') || wanted.some(([own]) => own === name),
  )
  return (
    found.length === wanted.length &&
    found.every(([name, value], index) => {
      const [wantedName, wantedValue] = wanted[index]!
      return name === wantedName && Buffer.compare(value, wantedValue) === 0
    })
  )
}
