import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const built = new URL('../../dist/filesystem/large-buffers.js', import.meta.url).href

/** In a process of its own, since it is about all of a process. glibc notes beside each piece of memory whether it is mapped by itself. */
const program = `
import koffi from 'koffi'
import { giveLargeBuffersBack } from '${built}'
const libc = koffi.load(null)
const allocate = libc.func('malloc', 'uintptr_t', ['size_t'])
const free = libc.func('free', 'void', ['uintptr_t'])
const copy = libc.func('memcpy', 'void *', ['void *', 'uintptr_t', 'size_t'])
const isMapped = (sizeMiB) => {
  const sizeField = Buffer.alloc(8)
  copy(sizeField, BigInt(allocate(sizeMiB * 2 ** 20)) - 8n, 8)
  return (sizeField[0] & 2) !== 0
}
free(allocate(31 * 2 ** 20))
const before = isMapped(30)
giveLargeBuffersBack()
console.log(JSON.stringify({ before, after: isMapped(30) }))
`

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header

it.runIf(isGlibc)('large buffers are mapped by themselves, whatever was freed before', () => {
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(JSON.parse(out)).toEqual({ before: false, after: true })
})
