import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandPath, load } from '../../../bench/machine/dist.mjs'
import { repositorySecret } from '../../repository/memory-repository.mjs'
import { faultsOfMessage } from './messages.mjs'

const { openLocalBackend } = await load('backend/open-local-backend.js')

/** Writes the scene's objects into a folder, as the local backend lays them out. */
export const writeToDisk = async (scene) => {
  const folder = join(scene.folder, 'repository')
  if (existsSync(folder)) return folder
  const backend = await openLocalBackend(folder, { randomBytes, create: true })
  for (const [name, { bytes }] of scene.objects) await backend.create(name, bytes)
  await backend[Symbol.asyncDispose]()
  return folder
}

/** The environment is made from nothing, with a home of its own. */
export const runVarve = async (scene, args, { environment = {}, input = '', secretArguments } = {}) => {
  const repository = await writeToDisk(scene)
  const keyFile = join(scene.folder, 'key')
  writeFileSync(keyFile, `${repositorySecret.secret.toString('hex')}\n`, { mode: 0o600 })
  const opening = secretArguments ?? ['--key-file', keyFile]
  const child = spawn(process.execPath, [commandPath(), '-r', repository, ...opening, ...args], {
    cwd: scene.folder,
    env: {
      PATH: process.env.PATH,
      HOME: join(scene.folder, 'home'),
      XDG_CACHE_HOME: join(scene.folder, 'cache'),
      XDG_CONFIG_HOME: join(scene.folder, 'config'),
      TMPDIR: scene.folder,
      ...environment,
    },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = await endOf(child)
  scene.messages.push(`varve ${args.join(' ')}: ${ended.stderr.slice(0, 300)}`)
  for (const text of [ended.stderr, ended.stdout])
    for (const fault of faultsOfMessage(text.slice(0, 60_000), scene.secrets)) {
      if (fault === 'a stack trace' && environment.VARVE_DEBUG) continue
      scene.complaints.push(`varve ${args.join(' ')}: ${fault}`)
    }
  return ended
}

const endOf = (child) =>
  new Promise((resolve, reject) => {
    const outputs = { stdout: [], stderr: [] }
    for (const name of ['stdout', 'stderr']) child[name].on('data', (bytes) => outputs[name].push(bytes))
    child.on('error', reject)
    child.on('close', (code) => {
      const text = (name) => Buffer.concat(outputs[name]).toString()
      resolve({ code, stdout: text('stdout'), stderr: text('stderr') })
    })
  })
