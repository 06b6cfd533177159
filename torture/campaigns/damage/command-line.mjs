import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commandPath } from '../../../bench/machine/dist.mjs'
import { repositorySecret } from '../../repository/memory-repository.mjs'
import { newFolder, removeFolder } from '../../trees/work-place.mjs'
import { kindOf, sampledByteDamages, wholeDamages } from './damages.mjs'
import { excuseOf, mustOpen } from './excused.mjs'
import { complaintsAbout, contentOf } from './restored.mjs'

/** What the command line ends with: docs/COMMANDS.md. */
const codes = { fine: 0 }
const patienceMs = 120_000

/** Of each kind of object one, with each kind of damage. */
export const damagesForCommands = (objects, random) => {
  const chosen = new Map()
  for (const damage of random.shuffled([...wholeDamages(objects), ...sampledByteDamages(objects, random)])) {
    const how = damage.what.replace(/[0-9a-f]*\d[0-9a-f]*/g, '#').replace(/swapped for .*/, 'swapped')
    const key = `${kindOf(damage.object)} ${how}`
    if (!chosen.has(key)) chosen.set(key, damage)
  }
  return [...chosen.values()]
}

/** Puts damages to the proof as a person meets them: check, restore and cat of the built program, their codes and words. */
export class CommandJudge {
  #folder = newFolder('damage')
  #keyFile = join(this.#folder, 'key')

  constructor({ repository, snapshots, dependsOn, ownSlot }, random) {
    Object.assign(this, { repository, snapshots, dependsOn, ownSlot, random })
    writeFileSync(this.#keyFile, `${repositorySecret.secret.toString('hex')}\n`, { mode: 0o600 })
  }

  remove() {
    removeFolder(this.#folder)
  }

  /** @returns complaints, none where all is as promised; without a damage nothing may be said */
  judge(damage) {
    const objects = new Map(this.repository.objects)
    if (damage?.bytes === undefined) objects.delete(damage?.object)
    else objects.set(damage.object, { bytes: damage.bytes })
    const root = join(this.#folder, 'repository')
    for (const [name, { bytes }] of objects) {
      const path = join(root, pathOf(name))
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, bytes, { mode: 0o600 })
    }
    try {
      return [...this.#check(damage), ...this.#restore(damage), ...this.#cat(damage)]
    } finally {
      rmSync(root, { recursive: true })
    }
  }

  #varve(...args) {
    const global = ['-r', join(this.#folder, 'repository'), '--no-cache', '--key-file', this.#keyFile]
    const words = [commandPath(), ...global, '--workers', '1', ...args]
    const env = { PATH: process.env.PATH, HOME: this.#folder, LANG: 'C.UTF-8' }
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, timeout: patienceMs })
    return { code: status, stdout, words: `${stdout}${stderr}`, stderr: String(stderr) }
  }

  *#check(damage) {
    const { code, words, stderr } = this.#varve('check', '--read-data')
    yield* wordsOf('check', code, stderr)
    const mustTell = damage !== undefined && excuseOf(damage) === undefined
    if (mustTell && code === codes.fine) yield `check ends with ${code}, as if nothing were damaged`
    if (mustTell && !words.includes(damage.object)) yield `check does not name it: ${words.slice(0, 300)}`
    if (damage === undefined && code !== codes.fine)
      yield `check of what is whole ends with ${code}: ${words}`
  }

  *#restore(damage) {
    const { snapshot, expected } = this.random.pick(this.snapshots)
    const target = join(this.#folder, 'target')
    mkdirSync(target)
    const { code, words, stderr } = this.#varve('restore', snapshot.id, '--target', target, '--no-ownership')
    yield* wordsOf('restore', code, stderr)
    const restored = contentOf(target)
    const nothingCame =
      code !== codes.fine && restored.size === 0 && !mustOpen(damage ?? { object: '' }, this.ownSlot)
    const told = (path) =>
      code !== codes.fine &&
      (restored.size === 0 || [path, ...parentsOf(path)].some((part) => words.includes(part)))
    const mayBeLost = (path) => nothingCame || this.#mayBeLost(snapshot.id, path, damage)
    yield* complaintsAbout(restored, expected, told, mayBeLost)
    rmSync(target, { recursive: true })
  }

  #mayBeLost(snapshotId, path, damage) {
    return damage?.object === `snapshots/${snapshotId}` || this.dependsOn(damage?.object, snapshotId, path)
  }

  *#cat(damage) {
    const { snapshot, expected } = this.random.pick(this.snapshots)
    const files = [...expected].filter(([, { bytes }]) => bytes !== undefined)
    const [path, { bytes }] = this.random.pick(files)
    const { code, stdout, stderr } = this.#varve('cat', `${snapshot.id}:${path}`)
    yield* wordsOf('cat', code, stderr)
    if (code === codes.fine && !stdout.equals(bytes)) yield `cat gave other bytes of ${path}`
    if (code !== codes.fine && !stdout.equals(bytes.subarray(0, stdout.length)))
      yield `cat gave other bytes of ${path} before its error`
    if (code !== codes.fine && damage === undefined) yield `cat of what is whole ends with ${code}: ${stderr}`
  }
}

/** Where a repository in a folder has an object. */
const pathOf = (name) => name.replace(/^packs\/(..)/, 'packs/$1/$1')

const parentsOf = (path) => {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** A command ends, with a code that the documents know, and says why where it failed. */
function* wordsOf(command, code, stderr) {
  if (typeof code !== 'number') yield `${command} does not end`
  if (code !== codes.fine && stderr.trim() === '') yield `${command} ends with ${code} and no word`
  if (/\n\s+at .*:\d+:\d+/.test(stderr)) yield `${command} prints a stack trace: ${stderr}`
}
