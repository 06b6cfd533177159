/**
 * Loaded into a command before all else, in every thread: writes down each change that it makes below VARVE_RECORD_ROOT, in the
 * order in which the calls ended, and when each fsync began and ended. With VARVE_RECORD_STOP the process kills itself
 * some way on.
 */
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const promises = require('node:fs/promises')

const { VARVE_RECORD_ROOT: root, VARVE_RECORD_FILE: file, VARVE_RECORD_STOP: stop } = process.env
const plain = { ...fs }
const out = plain.openSync(file, 'a')
/** `7`: after seven lines; `link 2`: after the second one of links, in the middle of publishing. */
const [, stopOp, stopCount] = /^(?:(\w+) )?(\d+)$/.exec(stop ?? '') ?? []
let left = Number(stopCount ?? Number.POSITIVE_INFINITY)
let syncs = 0

const isOurs = (path) => typeof path === 'string' && (path === root || path.startsWith(`${root}/`))

const record = (line) => {
  plain.writeSync(out, `${JSON.stringify(line)}\n`)
  if ((stopOp === undefined || line.op === stopOp) && --left <= 0) process.kill(process.pid, 'SIGKILL')
}

const creates = (flags) =>
  typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(String(flags ?? 'r'))

const inodeOf = (fd) => Number(plain.fstatSync(fd, { bigint: true }).ino)

const nameOf = (fd) => {
  const stat = plain.fstatSync(fd)
  return stat.isDirectory() ? undefined : inodeOf(fd)
}

const recordOpen = (fd, path, flags) => {
  if (creates(flags)) record({ op: 'create', path, inode: inodeOf(fd) })
}

const recordWrite = (fd, buffer, from, length, at) => {
  const data = Buffer.from(buffer.buffer, buffer.byteOffset + from, length).toString('base64')
  record({ op: 'write', inode: inodeOf(fd), at, data })
}

const syncing = (fd, path) => {
  const token = `${process.pid}-${require('node:worker_threads').threadId}-${syncs++}`
  const inode = nameOf(fd)
  record({ op: 'sync', token, ...(inode === undefined ? { folder: path } : { inode }) })
  return token
}

const wrapHandle = (handle, path) => {
  let end = 0
  const { write, sync } = handle
  handle.write = async (buffer, from, length, position) => {
    const result = await write.call(handle, buffer, from, length, position)
    const at = position ?? end
    end = at + result.bytesWritten
    recordWrite(handle.fd, buffer, from, result.bytesWritten, at)
    return result
  }
  handle.sync = async () => {
    const token = syncing(handle.fd, path)
    await sync.call(handle)
    record({ op: 'synced', token })
  }
  return handle
}

const { open } = promises
promises.open = async (path, flags, mode) => {
  const handle = await open(path, flags, mode)
  if (!isOurs(path)) return handle
  recordOpen(handle.fd, path, flags)
  return wrapHandle(handle, path)
}

const descriptors = new Map()
fs.openSync = (path, flags, mode) => {
  const fd = plain.openSync(path, flags, mode)
  if (isOurs(path)) {
    descriptors.set(fd, path)
    recordOpen(fd, path, flags)
  }
  return fd
}
fs.closeSync = (fd) => {
  descriptors.delete(fd)
  plain.closeSync(fd)
}
fs.writeSync = (fd, buffer, from, length, position) => {
  const written = plain.writeSync(fd, buffer, from, length, position)
  if (descriptors.has(fd)) recordWrite(fd, buffer, from, written, position)
  return written
}
fs.fsyncSync = (fd) => {
  if (!descriptors.has(fd)) return plain.fsyncSync(fd)
  const token = syncing(fd, descriptors.get(fd))
  plain.fsyncSync(fd)
  record({ op: 'synced', token })
}

const named = { link: 2, rename: 2, unlink: 1, rmdir: 1 }
for (const [op, count] of Object.entries(named)) {
  const step = promises[op]
  promises[op] = async (...args) => {
    await step(...args)
    if (args.slice(0, count).some(isOurs)) record({ op, paths: args.slice(0, count) })
  }
  const stepSync = plain[`${op}Sync`]
  fs[`${op}Sync`] = (...args) => {
    stepSync(...args)
    if (args.slice(0, count).some(isOurs)) record({ op, paths: args.slice(0, count) })
  }
}

const { mkdir } = promises
promises.mkdir = async (path, options) => {
  const made = await mkdir(path, options)
  if (isOurs(path) && path !== root) record({ op: 'mkdir', paths: [path] })
  return made
}

syncBuiltinESMExports()
