import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { Repository } from '../../dist/index.js'
import { type Example, examplesOfReadme, examplesOfSources } from './examples.js'

// Examples are type-checked and run as a reader would: in a folder of their own, with `varve` as an installed package.

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const key = Buffer.alloc(32, 7)

/** What the documentation of `Repository` says that its examples have at hand. */
const given = `import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Progress, Repository, textOfPath } from 'varve'
`
const opened = `const repository = await Repository.open({
  location: 'repository', secret: { kind: 'key-file', key: await readFile('key') } })
`

const programOf = ({ code }: Example): string => {
  if (/^import /m.test(code)) return code
  return given + (/\brepository[,\s].*= await Repository\./.test(code) ? '' : opened) + code
}

const examples = [...examplesOfReadme(), ...examplesOfSources()].map((example, at) => ({
  ...example,
  name: `example-${at}`,
}))

let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'varve-examples-'))
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules', 'varve'))
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const example of examples) {
    const work = join(folder, example.name)
    mkdirSync(join(work, 'documents'), { recursive: true })
    writeFileSync(join(work, 'documents', 'notes.txt'), 'notes of the year\n')
    writeFileSync(join(work, 'key'), key)
    const program = programOf(example)
    writeFileSync(join(folder, `${example.name}.ts`), program)
    const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
    writeFileSync(
      join(folder, `${example.name}.js`),
      ts.transpileModule(program, { compilerOptions: { target, module } }).outputText,
    )
  }
  return () => rmSync(folder, { recursive: true, force: true })
})

const withRepository = async (work: string): Promise<void> => {
  const { repository } = await Repository.init({
    location: join(work, 'repository'),
    secret: { kind: 'key-file', key },
    cacheDirectory: join(work, 'cache', 'varve'),
  })
  await using _ = repository
  const before = process.cwd()
  process.chdir(work)
  try {
    await repository.backup({ paths: ['documents'] })
  } finally {
    process.chdir(before)
  }
}

test('there are examples for every call of a repository that reads or writes data', () => {
  const code = examples.map((example) => example.code).join('\n')
  const calls = ['backup', 'snapshots', 'entries', 'find', 'readFile', 'archive', 'diff', 'restore', 'check']
  for (const call of [...calls, 'close']) expect(code).toContain(`repository.${call}(`)
  for (const call of ['init', 'open']) expect(code).toContain(`Repository.${call}(`)
})

test('examples have the types that they should', () => {
  const program = ts.createProgram(
    examples.map(({ name }) => join(folder, `${name}.ts`)),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(folder, 'node_modules', '@types')],
    },
  )
  const told = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = examples.find(({ name }) => file?.fileName.endsWith(`${name}.ts`))?.place
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
  expect(told).toEqual([])
})

test.each(examples)('the example at $place runs', async ({ name, code }) => {
  const work = join(folder, name)
  if (!/Repository\.init/.test(code)) await withRepository(work)
  const ended = await run(process.execPath, [join(folder, `${name}.js`)], {
    cwd: work,
    env: { PATH: process.env.PATH, HOME: work, XDG_CACHE_HOME: join(work, 'cache') },
  })
  expect(ended.stderr).not.toMatch(/error/i)
})
