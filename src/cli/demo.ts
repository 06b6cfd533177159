#!/usr/bin/env node
import { mkdtempSync } from 'node:fs'
import { appendFile, cp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Repository } from '../index.js'
import { compareTrees } from './demo/compare-trees.js'
import { firstFiles } from './demo/first-files.js'
import { bytesText, Steps } from './demo/steps.js'
import { describeError } from './describe-error.js'

/**
 * The tour that the README promises: a real tree (this project's own node_modules, or the folder that is given) goes into
 * a temporary repository, is changed, goes in again, is compared, proved and brought back. Leaves nothing behind.
 */
const source = resolve(process.argv[2] ?? 'node_modules')
const work = mkdtempSync(join(tmpdir(), 'varve-demo-'))
const steps = new Steps((line) => process.stdout.write(`${line}\n`))

const demo = async (): Promise<void> => {
  try {
    const tree = join(work, 'tree')
    await steps.run(`copy ${source} to work on`, async () => {
      await cp(source, tree, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    })
    await tour(tree)
  } catch (error) {
    const { message, hint } = describeError(error)
    process.stderr.write(`${[`varve: ${message}`, hint].filter((line) => line !== undefined).join('\n')}\n`)
    process.exitCode = 1
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function tour(tree: string): Promise<void> {
  const location = join(work, 'repository')
  const secret = { kind: 'password', password: 'a demo needs no secret' } as const
  const { repository } = await steps.run('init: make a repository', () =>
    Repository.init({ location, secret, cacheDirectory: join(work, 'cache') }),
  )
  await using store = repository
  process.chdir(tree)
  const first = await steps.run('backup: the first snapshot', () => store.backup({ paths: ['.'] }))
  steps.note(
    `${first.totalFilesProcessed} files, ${bytesText(first.totalBytesProcessed)}; stored ${bytesText(first.dataAddedPackedBytes)}`,
  )

  const files = await firstFiles(tree, 3)
  await steps.run('change one file, add one, remove one', async () => {
    await appendFile(join(tree, files[0]!), '\n// changed by the demo\n')
    await writeFile(join(tree, 'added by the demo'), 'a new file\n')
    await rm(join(tree, files[1]!))
  })
  const second = await steps.run('backup: the second snapshot', () => store.backup({ paths: ['.'] }))
  steps.note(
    `${second.filesUnmodified} files were not opened; stored ${bytesText(second.dataAddedPackedBytes)}`,
  )

  await steps.run('diff: what changed between the two', async () => {
    for await (const { kind, path } of store.diff(first.snapshotId!, second.snapshotId!))
      steps.note(`${kind} ${path}`)
  })
  const checked = await steps.run('check: read and recompute everything', () =>
    store.check({ readData: true }),
  )
  steps.note(checked.covered)
  if (checked.damages.length > 0) throw new Error('the check found damage')

  await steps.run('cat: one file, without a mount', async () => {
    let bytes = 0
    for await (const part of store.readFile(`latest:${files[2]}`)) bytes += part.length
    steps.note(`${files[2]}: ${bytesText(bytes)}`)
  })
  const target = join(work, 'restored')
  const restored = await steps.run('restore: all of it', () => store.restore({ snapshot: 'latest', target }))
  steps.note(`${restored.filesRestored} files, ${bytesText(restored.bytesWritten)}`)
  const compared = await steps.run('compare with the source, byte for byte', () => compareTrees(tree, target))
  steps.note(`${compared.entries} entries, ${compared.differences.length} differences`)
  for (const difference of compared.differences.slice(0, 10)) steps.note(difference)
  if (compared.differences.length > 0) throw new Error('what came back is not what went in')
  steps.sum(
    first.totalBytesProcessed + second.totalBytesProcessed,
    first.dataAddedPackedBytes + second.dataAddedPackedBytes,
  )
}

void demo()
