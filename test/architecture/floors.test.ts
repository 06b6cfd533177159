import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { entryPoints, floorOf, packageHomes, partOf, touchesOutside } from './floors.js'
import { type SourceFile, sourceFiles } from './source-files.js'

const files = sourceFiles()
const linesMax = 250

/** One line for each file that breaks a rule, so that a failure names them all. */
const breaches = (fault: (file: SourceFile) => readonly string[]): string[] =>
  files.flatMap((file) => fault(file).map((what) => `${file.path}: ${what}`))

const matches = (pattern: RegExp, { code }: SourceFile): string[] => code.match(pattern) ?? []

test('every file stands on a floor', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path)).toEqual([])
})

test('an import goes to a lower floor or stays in its own part, so that no two parts need each other', () => {
  const climbs = breaches(({ path, imports }) =>
    imports.filter((other) => partOf(other) !== partOf(path) && floorOf(other) >= floorOf(path)),
  )
  expect(climbs).toEqual([])
})

test('no operation imports another', () => {
  const isOperation = (path: string): boolean => path.startsWith('operations/')
  const between = breaches(({ path, imports }) =>
    imports.filter((other) => isOperation(path) && isOperation(other) && partOf(other) !== partOf(path)),
  )
  expect(between).toEqual([])
})

test('the command line uses the library as anybody else would', () => {
  const allowed = /^(cli\/|index\.ts$)/
  const around = breaches(({ path, imports }) =>
    path.startsWith('cli/') ? imports.filter((other) => !allowed.test(other)) : [],
  )
  expect(around).toEqual([])
})

const outsideModule =
  /^node:(fs|net|http|http2|https|tls|dgram|dns|child_process|cluster|os|process|readline|repl|tty|worker_threads)\b/

test('only the doors touch files, processes, threads and the machine', () => {
  const reaches = breaches((file) =>
    touchesOutside.has(partOf(file.path))
      ? []
      : [
          ...file.outside.filter((name) => outsideModule.test(name)),
          ...matches(/(?<![.\w])process\.\w+/g, file),
        ],
  )
  expect(reaches).toEqual([])
})

test('the clock comes in from outside', () => {
  const clock = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/g
  const asked = breaches((file) => (entryPoints.has(partOf(file.path)) ? [] : matches(clock, file)))
  expect(asked).toEqual([])
})

test('randomness comes in from outside, but as the default of an argument, and in crypto/', () => {
  const drawn = /\bMath\.random\b|(?<!\.)\brandom(?:Bytes|UUID|Int|FillSync)\(|\bgetRandomValues\b/g
  const isFree = (path: string): boolean => entryPoints.has(partOf(path)) || partOf(path) === 'crypto'
  // A parameter or a field of that name is the source that came in.
  const isHandedIn = ({ code }: SourceFile): boolean =>
    !/import[^;]*?\brandom(?:Bytes|UUID|Int|FillSync)\b[^;]*?from/.test(code)
  const asked = breaches((file) => (isFree(file.path) || isHandedIn(file) ? [] : matches(drawn, file)))
  expect(asked).toEqual([])
})

test('each package is known to one part only, and none is declared in vain', () => {
  const known = breaches(({ path, outside }) =>
    outside.filter((name) => !name.startsWith('node:') && packageHomes[name] !== partOf(path)),
  )
  expect(known).toEqual([])
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  expect(declared.sort()).toEqual(Object.keys(packageHomes).sort())
  const isUsed = (name: string): boolean =>
    files.some(({ path, code }) => partOf(path) === packageHomes[name] && code.includes(`'${name}`))
  expect(declared.filter((name) => !isUsed(name))).toEqual([])
})

test('a file has at most 250 lines', () => {
  const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
  expect(lengths.filter(({ lines }) => lines > linesMax)).toEqual([])
})

test('a file is called after what it holds, and not utils', () => {
  const names = /(^|\/)(utils?|helpers?|common|misc|types|shared|lib)(\.ts|\/)/
  expect(files.map(({ path }) => path).filter((path) => names.test(path))).toEqual([])
  expect(files.map(({ path }) => path).filter((path) => !/^[a-z0-9/-]+\.ts$/.test(path))).toEqual([])
})

test('files do not import each other in a circle', () => {
  const imports = new Map(files.map((file) => [file.path, file.imports]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (way.includes(path) || done.has(path)) return
    for (const other of imports.get(path) ?? []) visit(other, [...way, path])
    done.add(path)
  }
  for (const path of imports.keys()) visit(path, [])
  expect(circles).toEqual([])
})
