import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../../bench/machine/dist.mjs'

const { EntryType } = await load('format/entry.js')
const { restore } = await load('operations/restore/restore.js')
const { openInlineEngine } = await load('operations/restore/restore-engine.js')

const policies = ['always', 'if-changed', 'if-newer', 'never']

/** Restores into a target that somebody prepared, with each policy; `delete` too. Nothing outside may change. */
const restoreInto = async (scene, prepare, options = {}) => {
  for (const overwrite of policies) {
    const target = join(scene.folder, `target-${overwrite}`)
    mkdirSync(target)
    await prepare(target)
    const all = { snapshot: 'latest', target, noOwnership: true, overwrite, delete: true, ...options }
    await scene.attempt(`restore, ${overwrite}`, () => restore(scene.store, all, openInlineEngine))
    scene.end()
  }
}

const tree = { 'd/precious': 'hostile', 'd/e/f': 'hostile', file: 'hostile' }

export const directoryThatIsASymlink = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => symlinkSync(scene.outside, join(target, 'd')))
}

export const fileThatIsASymlink = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => symlinkSync(join(scene.outside, 'precious'), join(target, 'file')))
}

export const fileThatIsAHardLink = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => linkSync(join(scene.outside, 'precious'), join(target, 'file')))
}

export const fileThatIsADanglingSymlink = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => symlinkSync(join(scene.outside, 'new'), join(target, 'file')))
  scene.expect(!existsSync(join(scene.outside, 'new')), 'a file was made through a link')
}

export const fileThatIsAPipe = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => execFileSync('mkfifo', [join(target, 'file')]))
}

export const temporaryNamesThatAreSymlinks = async (scene) => {
  await scene.repository.snapshot(tree)
  await restoreInto(scene, (target) => {
    for (const name of ['.varve-restore', '.tmp', '.varve-00']) symlinkSync(scene.outside, join(target, name))
  })
}

/** While the restore runs, the directory that it writes to becomes a link to somewhere else. */
export const directoryReplacedBetweenTwoCalls = async (scene) => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`d/sub${index % 7}/f${index}`, 'hostile']),
  )
  await scene.repository.snapshot({ ...files, 'd/last': 'hostile' })
  for (const when of [1, 2, 5, 50, 200]) {
    const target = join(scene.folder, `replaced-${when}`)
    mkdirSync(target)
    let seen = 0
    const onEntry = () => {
      if (++seen !== when || !existsSync(join(target, 'd'))) return
      renameSync(join(target, 'd'), join(target, 'moved'))
      symlinkSync(scene.outside, join(target, 'd'))
    }
    const options = { snapshot: 'latest', target, noOwnership: true, onEntry }
    await scene.attempt('restore', () => restore(scene.store, options, openInlineEngine))
    scene.end()
  }
}

export const subdirectoriesReplacedAllTheTime = async (scene) => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`d${index % 5}/e/f${index}`, 'hostile']),
  )
  await scene.repository.snapshot(files)
  const target = join(scene.folder, 'restless')
  mkdirSync(target)
  const onEntry = ({ action }) => {
    if (action === 'deleted') return
    for (const name of readdirSync(target)) {
      if (!/^d\d$/.test(name)) continue
      try {
        renameSync(join(target, name), join(target, `was-${name}-${Math.random()}`))
        symlinkSync(scene.outside, join(target, name))
      } catch {
        // Somebody was faster.
      }
    }
  }
  const options = {
    snapshot: 'latest',
    target,
    noOwnership: true,
    overwrite: 'always',
    delete: true,
    onEntry,
  }
  for (let round = 0; round < 3; round++) {
    await scene.attempt('restore', () => restore(scene.store, options, openInlineEngine))
    scene.end()
  }
}

export const hardLinksToWhatIsNotTheirs = async (scene) => {
  const linked = { links: 2, inode: 7, mount: 1 }
  await scene.repository.snapshot({
    a: { file: ['one'], ...linked },
    'b/c': { file: ['one'], ...linked },
    'b/d': { file: ['two'], ...linked },
    'b/e': { type: EntryType.symlink, content: '../../outside/precious', ...linked, mode: 0o777 },
  })
  await scene.everything()
  await restoreInto(scene, (target) => symlinkSync(join(scene.outside, 'precious'), join(target, 'a')))
}

export const linksThatLeadOutside = async (scene) => {
  const link = (content) => ({ type: EntryType.symlink, content, mode: 0o777 })
  await scene.repository.snapshot({
    up: link('../outside/precious'),
    absolute: link(join(scene.outside, 'precious')),
    'd/loop': link('loop'),
    proc: link('/proc/self/root'),
  })
  await scene.harmless()
  await restoreInto(scene, (target) => writeFileSync(join(target, 'up'), 'in the way'))
}

export const targetInTheCache = async (scene) => {
  await scene.repository.snapshot(tree)
  const target = join(scene.store.cacheFolder, 'inside')
  await scene.refused('restore', ['unsafe-target'], () =>
    restore(scene.store, { snapshot: 'latest', target }, openInlineEngine),
  )
}
