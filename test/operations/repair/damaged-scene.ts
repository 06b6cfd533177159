import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { BackupReport } from '../../../dist/operations/backup/backup-options.js'
import { check } from '../../../dist/operations/check/check.js'
import type { CheckOptions, CheckReport } from '../../../dist/operations/check/check-options.js'
import { type OpenScene, Scene } from '../backup/scene.js'
import { noise } from '../check/small-repository.js'

const KiB = 1024
const script = fileURLToPath(new URL('repair-process.mjs', import.meta.url))

/**
 * Backs up the source as the working directory: the directories above it change all the time, and a tree that has them would
 * be another one each time, which nothing can bring back.
 */
export const backUp = async (scene: Scene, opening: OpenScene = {}, host = 'host'): Promise<BackupReport> => {
  const before = process.cwd()
  process.chdir(scene.source)
  try {
    return await scene.backup({ paths: ['.'], host }, opening)
  } finally {
    process.chdir(before)
  }
}

/** Files of every size class, backed up twice, so that there are several packs and index files. */
const fillTwice = async (scene: Scene): Promise<void> => {
  for (let n = 0; n < 40; n++) await scene.write(`d${n % 5}/f${n}`, noise(`file ${n}`, 3000 + 10 * n))
  await scene.write('large', noise('large', 3000 * KiB))
  await scene.backup()
  for (let n = 0; n < 10; n++) await scene.write(`later/f${n}`, noise(`later ${n}`, 20 * KiB))
  await scene.backup()
}

/** A scene that is filled once; `reset` puts repository and cache back to what they were. */
export class DamagedScene implements AsyncDisposable {
  private constructor(readonly scene: Scene) {}

  static async make(fill = fillTwice): Promise<DamagedScene> {
    const scene = await Scene.make()
    await fill(scene)
    await scene.copy(scene.repository, `${scene.folder}/whole-repository`)
    await scene.copy(scene.cache, `${scene.folder}/whole-cache`)
    return new DamagedScene(scene)
  }

  async reset(): Promise<void> {
    const { scene } = this
    await scene.copy(`${scene.folder}/whole-repository`, scene.repository)
    await scene.copy(`${scene.folder}/whole-cache`, scene.cache)
    // What other machines have seen since is no part of the repository that they see next.
    for (const other of ['cache-of-check', 'cache-of-another'])
      await rm(`${scene.folder}/${other}`, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene[Symbol.asyncDispose]()
  }
}

export const checked = async (
  scene: Scene,
  options: CheckOptions = { readData: true },
): Promise<CheckReport> => {
  await using store = await scene.open({ cache: `${scene.folder}/cache-of-check` })
  return await check(store, options)
}

export const expectSound = async (scene: Scene): Promise<void> => {
  expect((await checked(scene)).damages).toEqual([])
}

/** SHA-256 of every object by its name, so that two states of a repository can be compared. */
export const stateOf = async (scene: Scene): Promise<Record<string, string>> => {
  const state: Record<string, string> = {}
  for (const path of await scene.objects(''))
    state[relative(scene.repository, path)] = createHash('sha256').update(readFileSync(path)).digest('hex')
  return state
}

export const flipByte = async (path: string, at: number): Promise<void> => {
  const bytes = await readFile(path)
  bytes[at]! ^= 1
  await writeFile(path, bytes)
}

export interface RepairTask {
  readonly verb: string
  readonly options?: object
  readonly killAt?: number
}

/** A repair in a process of its own. The report is undefined where the process was killed. */
const repairInProcess = (scene: Scene, task: RepairTask): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const { repository, cache } = scene
    execFile(
      process.execPath,
      [script, JSON.stringify({ repository, cache, ...task })],
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout))
        else if (error.signal === 'SIGKILL') resolve(undefined)
        else reject(new Error(stderr))
      },
    )
  })

/**
 * Kills the repair at every change of the repository in turn, each time in the same damaged state, and calls `verify` on what
 * is left. Gives how many points there were.
 */
export const killedEverywhere = async (
  scene: Scene,
  verb: string,
  verify: (point: number) => Promise<void>,
): Promise<number> => {
  const before = `${scene.folder}/before`
  await scene.copy(scene.repository, before)
  for (let killAt = 1; ; killAt++) {
    await scene.copy(before, scene.repository)
    if ((await repairInProcess(scene, { verb, killAt })) !== undefined) return killAt - 1
    await verify(killAt)
  }
}
